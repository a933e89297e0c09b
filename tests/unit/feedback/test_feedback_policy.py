"""Is the shipped policy the model's, and is a wrong one refused with file, line, field and what is allowed?"""

from pathlib import Path

import pytest

from feedback.domain.case_policy import CasePolicy
from feedback.domain.document_reading import DocumentInvalid
from feedback.domain.feedback_policy import FeedbackPolicy, read_feedback_policy
from feedback.domain.throttle import Throttle
from feedback.usecases.load_policy import PolicyFileUnreadable, load_policy

POLICIES = Path(__file__).parents[3] / "policies"
TEXT = (POLICIES / "feedback.yaml").read_text()


def test_the_shipped_policy_is_the_models() -> None:
    assert load_policy(POLICIES) == FeedbackPolicy(throttle=Throttle(), cases=CasePolicy())


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("relationship_days: 90", "relationship_days: 0", "/throttle/relationship_days"),
        ("relationship_days: 90", "relationship_days: 90d", "/throttle/relationship_days"),
        ("relationship_days: 90", "relation_days: 90", "/throttle/relationship_days"),
        ("nps_share: 0.6", "nps_share: 1.1", "/cases/nps_share"),
        ("nps_share: 0.6", "nps_share: [0.6]", "/cases/nps_share"),
        ("close_days: 7", "close_days: 7\n  open_days: 8", "/cases/open_days"),
        ("cases:", "incidents: {}\ncases:", "/incidents"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_field(old: str, new: str, field: str) -> None:
    assert old in TEXT
    with pytest.raises(DocumentInvalid) as refusal:
        read_feedback_policy(TEXT.replace(old, new, 1), file="feedback.yaml")
    assert refusal.value.data["field"] == field
    assert refusal.value.message.startswith("feedback.yaml, line ")


def test_a_missing_policy_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileUnreadable, match="GUANXI_POLICIES_DIR"):
        load_policy(tmp_path)
