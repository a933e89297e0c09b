"""python -m engagement api | worker | migrate | dead-letters."""

from common.command import main
from engagement.settings import EngagementSettings

if __name__ == "__main__":
    main("engagement", EngagementSettings)
