"""python -m scoring api | worker | migrate | dead-letters."""

from common.command import Service, main
from scoring.app import make_app, make_worker, seed
from scoring.settings import ScoringSettings

if __name__ == "__main__":
    main(Service(name="scoring", settings=ScoringSettings, make_app=make_app, make_worker=make_worker, seed=seed))
