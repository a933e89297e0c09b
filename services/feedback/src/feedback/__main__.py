"""python -m feedback api | worker | migrate | dead-letters."""

from common.command import Service, main
from feedback.app import make_app, make_worker
from feedback.settings import FeedbackSettings

if __name__ == "__main__":
    main(Service(name="feedback", settings=FeedbackSettings, make_app=make_app, make_worker=make_worker))
