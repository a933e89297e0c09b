"""Can we reach the customer, by which channels, and may we? 私域流量, 触达能力

Source: checklist.md section 4, private domain. A channel is known by an identifier (email; phone for phone and sms;
wecom; openid or unionid for wechat) or by joining (contact.added: wecom, account.followed: wechat, community.joined:
community); contact.removed, account.unfollowed and community.left close it from then on, the last word counts. Its
score = consent x freshness: consent 1 granted, .5 absent, 0 withdrawn (purpose `care`); freshness =
.3 + .7 x 2^(-age/180) of the last contact by it in either direction, .3 without. Contactability = 100 (1 - product of
(1 - score)): the chance that at least one works.
Example: email with consent and a message today: score 1, contactability 100; sms known only: .5 x .3 = .15, 15.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from scoring.domain.policy.read_rule import Positive, Share
from scoring.domain.portrait.consent import ConsentState, consent_state, statements
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

PURPOSE: Final = "care"
CHANNELS: Final = ("email", "phone", "sms", "wecom", "wechat", "community")
BY_IDENTIFIER: Final = {
    "email": ("email",),
    "phone": ("phone", "sms"),
    "wecom": ("wecom",),
    "openid": ("wechat",),
    "unionid": ("wechat",),
}
OPENED: Final = {"contact.added": "wecom", "account.followed": "wechat", "community.joined": "community"}
CLOSED: Final = {"contact.removed": "wecom", "account.unfollowed": "wechat", "community.left": "community"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRule:
    half_life_days: Positive
    stale_share: Share
    absent_consent: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachableChannel:
    """`is_reachable` false: it was closed by the customer. `last_contact_on` null: never."""

    channel: str
    is_reachable: bool
    consent: ConsentState
    last_contact_on: date | None
    score: float
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contactability:
    """`score` 0 to 100; best channel first."""

    score: float
    channels: tuple[ReachableChannel, ...]
    communities: int
    n: int


def contactability(past: Past, rule: ContactRule) -> Contactability | Unknown:
    """How reachable the customer is on the day; NO_EVENTS when no channel is known."""
    known = _known(past)
    if not known:
        return Unknown.NO_EVENTS
    said = statements(past)
    contacts = _contacts(past)
    found = []
    for channel in CHANNELS:
        if channel not in known:
            continue
        is_open, deed = known[channel]
        consent = consent_state(said, past.links, purpose=PURPOSE, channel=channel)
        last = contacts.get(channel)
        score = _consented(consent, rule) * _freshness(last, rule) if is_open else 0.0
        found.append(
            ReachableChannel(
                channel=channel,
                is_reachable=is_open,
                consent=consent,
                last_contact_on=None if last is None else date_of(past.as_of - last.age),
                score=micro(score),
                events=names([deed, *([] if last is None else [last])]),
            )
        )
    found.sort(key=lambda one: (-one.score, one.channel))
    missed = math.prod(1.0 - one.score for one in found)
    joined = len(past.of("community.joined")) - len(past.of("community.left"))
    return Contactability(
        score=micro(100.0 * (1.0 - missed)), channels=tuple(found), communities=max(0, joined), n=len(known)
    )


def _known(past: Past) -> dict[str, tuple[bool, Deed]]:
    """Whether each channel that was ever known is open, and the deed that said so last."""
    found: dict[str, tuple[bool, Deed]] = {}
    for deed in past.deeds:
        told = deed.data.get("identifiers")
        if isinstance(told, Mapping):
            for kind in told:
                for channel in BY_IDENTIFIER.get(kind, ()) if isinstance(kind, str) else ():
                    if channel not in found or found[channel][0]:  # an identifier does not open what was closed
                        found[channel] = (True, deed)
        if deed.type in OPENED:
            found[OPENED[deed.type]] = (True, deed)
        elif deed.type in CLOSED:
            found[CLOSED[deed.type]] = (False, deed)
    return found


def _contacts(past: Past) -> dict[str, Deed]:
    """The last contact by each channel, in either direction."""
    types = ("message.received", "message.sent", "care.sent", "message.clicked", "community.posted")
    found = {}
    for deed in past.of(*types, "call.received", "call.made"):
        channel = "phone" if deed.type.startswith("call.") else deed.text("channel")
        if channel is not None and (deed.type != "call.made" or deed.data.get("answered") is True):
            found[channel] = deed
    return found


def _consented(consent: ConsentState, rule: ContactRule) -> float:
    by_state = {ConsentState.GRANTED: 1.0, ConsentState.ABSENT: rule.absent_consent, ConsentState.WITHDRAWN: 0.0}
    return by_state[consent]


def _freshness(last: Deed | None, rule: ContactRule) -> float:
    if last is None:
        return rule.stale_share
    return rule.stale_share + (1.0 - rule.stale_share) * fade(last.age, rule.half_life_days)
