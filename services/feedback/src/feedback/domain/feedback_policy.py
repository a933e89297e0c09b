"""By which days and hours does feedback go? A strict reader of policies/feedback.yaml."""

from dataclasses import dataclass
from typing import Final

from feedback.domain.case_policy import CasePolicy
from feedback.domain.document_reading import read_mapping
from feedback.domain.throttle import Throttle

MOST_DAYS: Final = 366
MOST_HOURS: Final = 24 * 31


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPolicy:
    """What operators may set beside the surveys themselves."""

    throttle: Throttle
    cases: CasePolicy


def read_feedback_policy(text: str, *, file: str) -> FeedbackPolicy:
    """Raises DocumentInvalid with file, line, field and what is allowed."""
    document = read_mapping(text, file=file)
    asking, cases = document.section("throttle"), document.section("cases")
    policy = FeedbackPolicy(
        throttle=Throttle(
            first_contact_days=asking.whole("first_contact_days", least=0, most=MOST_DAYS),
            relationship_days=asking.whole("relationship_days", least=1, most=MOST_DAYS),
            relationship_any_days=asking.whole("relationship_any_days", least=1, most=MOST_DAYS),
            transaction_any_days=asking.whole("transaction_any_days", least=1, most=MOST_DAYS),
        ),
        cases=CasePolicy(
            contact_hours=cases.whole("contact_hours", least=1, most=MOST_HOURS),
            key_account_hours=cases.whole("key_account_hours", least=1, most=MOST_HOURS),
            severe_hours=cases.whole("severe_hours", least=1, most=MOST_HOURS),
            signal_days=cases.whole("signal_days", least=1, most=MOST_DAYS),
            close_days=cases.whole("close_days", least=0, most=MOST_DAYS),
            nps_share=cases.share("nps_share"),
            other_share=cases.share("other_share"),
        ),
    )
    for section in (asking, cases, document):
        section.finish()
    return policy
