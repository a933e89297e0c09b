"""python -m engagement api | worker | migrate | dead-letters."""

from common.command import Service, main
from engagement.app import make_app, make_worker
from engagement.settings import EngagementSettings

if __name__ == "__main__":
    main(Service(name="engagement", settings=EngagementSettings, make_app=make_app, make_worker=make_worker))
