"""python -m ingest api | worker | migrate | dead-letters."""

from common.command import Service, main
from ingest.app import NAME, make_app, make_worker
from ingest.settings import IngestSettings

if __name__ == "__main__":
    main(Service(name=NAME, settings=IngestSettings, make_app=make_app, make_worker=make_worker))
