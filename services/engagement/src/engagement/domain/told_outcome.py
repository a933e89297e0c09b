"""What does a later word about an action change? A receiver's or a member of staff's, whenever it comes.

Worked example: `opened` of an action whose outcome was unknown says that it was sent, and the customer reached.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ToldOutcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    DONE = "done"


PUBLISHED: Final = {
    ToldOutcome.OPENED: "reached",
    ToldOutcome.CLICKED: "reached",
    ToldOutcome.REPLIED: "reached",
    ToldOutcome.REACHED: "reached",
    ToldOutcome.NOT_REACHED: "not_reached",
    ToldOutcome.REFUSED: "refused",
    ToldOutcome.DONE: "done",
}
"""How care.outcome names it; `sent` and `failed` are told by care.sent and care.failed."""

UNSENT_FOR_GOOD: Final = frozenset({"failed", "cancelled", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """`state`: the action's new one, None where it stays. `outcome`: of care.outcome, if any."""

    state: str | None
    outcome: str | None


def consequence(told: ToldOutcome, state: str) -> Consequence:
    """What a word changes of an action in a state."""
    outcome = PUBLISHED.get(told)
    if told is ToldOutcome.FAILED:
        return Consequence(state=None if state in UNSENT_FOR_GOOD else "failed", outcome=None)
    stays = told is ToldOutcome.NOT_REACHED or state in ("sent", "done")
    return Consequence(state=None if stays else "sent", outcome=outcome)
