"""python -m scoring api | worker | migrate | dead-letters | rebuild | audit."""

from typing import Final

from common.command import main
from scoring.settings import ScoringSettings

COMMANDS: Final = {"rebuild": "scoring.jobs.rebuild", "audit": "scoring.jobs.audit"}

if __name__ == "__main__":
    main("scoring", ScoringSettings, COMMANDS)
