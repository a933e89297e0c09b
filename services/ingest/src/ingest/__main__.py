"""python -m ingest api | worker | migrate | dead-letters."""

from common.command import main
from ingest.settings import IngestSettings

if __name__ == "__main__":
    main("ingest", IngestSettings)
