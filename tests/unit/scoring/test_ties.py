"""Are exact ties of decayed sums ties on every day of a guard, whoever else is in the batch?"""

from tests.unit.scoring.build import POLICY, SETTING, event, nps, on, rating

from scoring.domain.decay import Grid
from scoring.domain.evaluation import evaluation
from scoring.domain.reciprocity import reciprocity
from scoring.domain.state.arrays import Buckets, pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction, replay

# Somebody whose fresh facts make the batch's sums grow day by day instead of being scaled at once.
BUSY = [event("message.received", 195, personal=True), nps(199, 9), event("review.posted", 190, **rating("stars", 4))]


GRID = Grid(as_of=day_number(on(200)), guard=30, size=2)


def beside_busy(story: list[Interaction]) -> Buckets:
    return pack_states(replay(each, POLICY, SETTING) for each in (story, BUSY)).buckets


def test_who_answers_every_message_on_its_day_answers_as_much_as_we_write() -> None:
    ways = ("message.received", "message.sent")
    story = [event(way, 7 * week, personal=True) for week in range(20) for way in ways]
    assert reciprocity(GRID, beside_busy(story), POLICY).answered[:, 0].all()


def test_one_review_is_evidence_enough_for_exactly_180_days() -> None:
    known = evaluation(GRID, beside_busy([event("review.posted", 5, **rating("stars", 5))]), POLICY).known[:, 0]
    assert known.tolist() == [200 - back - 5 <= 180 for back in range(31)]
