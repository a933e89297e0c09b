"""What has the customer allowed, by purpose and channel? 授权

Source: care-model.md section 10, as engagement reads it. Per id, purpose and channel the latest statement wins, one
for `*` covers every channel, of two at the same instant the withdrawal. Among ids that are one customer a withdrawal
beats a grant, unless that grant came after both the withdrawal and the link.
Example: an alias withdrew marketing on Monday, the customer granted it on Tuesday, they were linked on Wednesday:
withdrawn; a grant on Thursday: granted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from scoring.domain.portrait.past import Deed, Past

ALL_CHANNELS: Final = "*"
PROFILING: Final = "profiling"


class ConsentState(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    ABSENT = "absent"


class Statement(NamedTuple):
    deed: Deed
    purpose: str
    channel: str
    is_granted: bool


def statements(past: Past) -> list[Statement]:
    """Everything said about consent up to the day."""
    found = []
    for deed in past.of("consent.granted", "consent.withdrawn"):
        told = deed.data.get("consent")
        if isinstance(told, Mapping):
            purpose, channel = told.get("purpose"), told.get("channel", ALL_CHANNELS)
            if isinstance(purpose, str) and isinstance(channel, str):
                found.append(Statement(deed, purpose, channel, deed.type == "consent.granted"))
    return found


def consent_state(
    told: Iterable[Statement], links: Mapping[str, datetime], *, purpose: str, channel: str
) -> ConsentState:
    """The state of one purpose on one channel; `links`: since when an id is an alias."""
    last: dict[str, Statement] = {}
    for one in told:
        if one.purpose == purpose and one.channel in (channel, ALL_CHANNELS):
            known = last.setdefault(one.deed.subject, one)
            last[one.deed.subject] = max(known, one, key=lambda each: (each.deed.at, not each.is_granted))
    grants = [one for one in last.values() if one.is_granted]
    withdrawals = [one for one in last.values() if not one.is_granted]
    if any(not any(_overrides(grant, one, links) for grant in grants) for one in withdrawals):
        return ConsentState.WITHDRAWN
    return ConsentState.GRANTED if grants else ConsentState.ABSENT


def _overrides(grant: Statement, withdrawal: Statement, links: Mapping[str, datetime]) -> bool:
    linked = [links[one.deed.subject] for one in (grant, withdrawal) if one.deed.subject in links]
    return all(grant.deed.at > instant for instant in (withdrawal.deed.at, *linked))


def profiling_refused(past: Past) -> bool:
    """Whether profiling was taken back, on whichever channel that was said; without a word it is allowed."""
    told = statements(past)
    channels = {one.channel for one in told if one.purpose == PROFILING}
    return any(
        consent_state(told, past.links, purpose=PROFILING, channel=channel) is ConsentState.WITHDRAWN
        for channel in channels
    )
