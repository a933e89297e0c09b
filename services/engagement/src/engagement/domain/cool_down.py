"""Is this the moment for marketing, a survey or something cheerful? Not while a case is open or anger is fresh.

Source: care-model.md checks 6 and 10. Marketing and research wait while a case is open and so many hours after a
complaint or a detractor's answer; what serves the case itself is excepted. Cheerful care is never sent while a case is
open. Hours are elapsed time: a complaint at 10:00 cools down 72 h until 10:00 three days later, exclusive.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from engagement.domain.playbook import Purpose, Tone
from engagement.domain.reasons import Reason

ANGER: Final = ("complaint.made", "detractor")
"""What is heard of an angry customer."""


def blocked(
    *,
    purpose: Purpose,
    tone: Tone,
    serves_case: bool,
    open_case: bool,
    heard: Mapping[str, datetime],
    cool_down: timedelta,
    now: datetime,
) -> Reason | None:
    """open_case, cool_down, or None when neither stands in the way."""
    if serves_case or purpose is Purpose.SERVICE:
        return None
    fenced = purpose in (Purpose.MARKETING, Purpose.RESEARCH)
    if open_case and (fenced or tone is Tone.CHEERFUL):
        return Reason.OPEN_CASE
    if fenced and any(now < at + cool_down for at in _angry(heard)):
        return Reason.COOL_DOWN
    return None


def _angry(heard: Mapping[str, datetime]) -> Iterable[datetime]:
    return (heard[what] for what in ANGER if what in heard)
