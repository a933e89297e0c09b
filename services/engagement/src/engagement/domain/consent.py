"""What has a customer allowed, by purpose and channel? (care-model.md section 10)

Per purpose and channel the latest statement wins, one for `*` covers every channel, and of two at the same instant the
withdrawal wins. Where ids are one customer, a withdrawal of one beats a grant of another, unless that grant came after
both the withdrawal and the link. Without a statement care, marketing and research are refused and profiling is allowed.

Worked example: an alias withdrew marketing for `*` on Monday, its customer granted marketing by email on Tuesday, they
were linked on Wednesday: withdrawn. A grant for email on Thursday: granted by email, withdrawn elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from common.contracts.interactions import Channel, ConsentPurpose

CONTACT_CHANNELS: Final = (Channel.EMAIL, Channel.SMS, Channel.WECOM, Channel.WECHAT, Channel.PHONE)
"""The media by which a customer can be reached, and so the ones that a consent is about."""

ALL_CHANNELS: Final = "*"


class ConsentState(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The last word of one id on a purpose and a channel (or `*`).

    `linked_at`: since when the id is an alias of the customer; None for the customer's own id.
    """

    subject: str
    purpose: str
    channel: str
    granted: bool
    told_at: datetime
    linked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The answer for a purpose on a channel."""

    purpose: ConsentPurpose
    channel: str
    state: ConsentState

    @property
    def allowed(self) -> bool:
        """Whether the purpose may be followed; profiling may until it is withdrawn."""
        if self.purpose is ConsentPurpose.PROFILING:
            return self.state is not ConsentState.WITHDRAWN
        return self.state is ConsentState.GRANTED


def effective_consents(statements: Sequence[Statement]) -> list[Consent]:
    """The answers for care, marketing and research on each contact channel, and the one for profiling."""
    contacts = [purpose for purpose in ConsentPurpose if purpose is not ConsentPurpose.PROFILING]
    answers = [
        Consent(purpose=purpose, channel=channel, state=consent_state(statements, purpose=purpose, channel=channel))
        for purpose in contacts
        for channel in CONTACT_CHANNELS
    ]
    return [*answers, _profiling(statements)]


def consent_state(statements: Iterable[Statement], *, purpose: str, channel: str) -> ConsentState:
    """The state of one purpose on one channel, from the statements of a customer and all its aliases."""
    last: dict[str, Statement] = {}
    for statement in statements:
        if statement.purpose == purpose and statement.channel in (channel, ALL_CHANNELS):
            known = last.setdefault(statement.subject, statement)
            last[statement.subject] = max(known, statement, key=_told)
    grants = [statement for statement in last.values() if statement.granted]
    withdrawals = [statement for statement in last.values() if not statement.granted]
    if any(not any(_overrides(grant, withdrawal) for grant in grants) for withdrawal in withdrawals):
        return ConsentState.WITHDRAWN
    return ConsentState.GRANTED if grants else ConsentState.ABSENT


def _told(statement: Statement) -> tuple[datetime, bool]:
    return statement.told_at, not statement.granted


def _overrides(grant: Statement, withdrawal: Statement) -> bool:
    """Whether another id's grant came after the withdrawal and after the two ids became one customer."""
    instants = (withdrawal.told_at, withdrawal.linked_at, grant.linked_at)
    return all(grant.told_at > instant for instant in instants if instant is not None)


def _profiling(statements: Sequence[Statement]) -> Consent:
    """Profiling knows no channel: withdrawn on any channel that was named, it is withdrawn."""
    purpose = ConsentPurpose.PROFILING
    channels = {statement.channel for statement in statements if statement.purpose == purpose}
    states = {consent_state(statements, purpose=purpose, channel=channel) for channel in channels}
    order = (ConsentState.WITHDRAWN, ConsentState.GRANTED, ConsentState.ABSENT)
    return Consent(purpose=purpose, channel=ALL_CHANNELS, state=next((s for s in order if s in states), order[-1]))


def consented(statements: Sequence[Statement]) -> frozenset[tuple[str, str]]:
    """The (purpose, channel) pairs by which the customer may be contacted."""
    granted = {one.purpose for one in statements if one.granted and one.purpose != ConsentPurpose.PROFILING}
    return frozenset(
        (purpose, channel)
        for purpose in granted
        for channel in CONTACT_CHANNELS
        if consent_state(statements, purpose=purpose, channel=channel) is ConsentState.GRANTED
    )


def profiling_refused(statements: Sequence[Statement]) -> bool:
    """Whether the customer has taken profiling back."""
    return not _profiling(statements).allowed
