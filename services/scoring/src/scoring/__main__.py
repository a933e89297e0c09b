"""python -m scoring api | worker | migrate | dead-letters | rebuild."""

from typing import Final

from common.command import main
from scoring.settings import ScoringSettings

COMMANDS: Final = {"rebuild": "scoring.jobs.rebuild"}

if __name__ == "__main__":
    main("scoring", ScoringSettings, COMMANDS)
