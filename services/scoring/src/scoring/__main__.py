"""python -m scoring api | worker | migrate | dead-letters."""

from common.command import main
from scoring.settings import ScoringSettings

if __name__ == "__main__":
    main("scoring", ScoringSettings)
