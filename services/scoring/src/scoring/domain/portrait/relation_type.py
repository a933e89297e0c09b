"""What is this relationship, who owns it, and what was promised? 关系实质

Source: checklist.md, clear relationship substance. The first that holds: key_account (the card's flag), partner (a
profile tag of the policy's list), member (a paid membership runs), else consumer. Owner: the employee of the last
personal contact. Promise: the policy's sentence for the type, in zh and en. Entry: the first deed with its channel.
Example: a member with the tag `dealer` is a partner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from scoring.domain.policy.read_rule import Text, Texts, inner, of_each
from scoring.domain.portrait.past import Deed, Past, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

RelationName = Literal["consumer", "member", "partner", "key_account"]
TYPES: Final[tuple[RelationName, ...]] = ("consumer", "member", "partner", "key_account")
PERSONAL: Final = ("inbound_msg", "outbound_msg", "meeting", "staff_visit", "advisor_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    zh: Text
    en: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRule:
    partner_tags: Texts
    promises: Annotated[Mapping[RelationName, Promise], of_each(TYPES, inner(Promise))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`since`: the first recorded deed; `events`: what made it this type, the first deed and the owner's contact."""

    type: RelationName
    promise: Promise
    owner: Annotated[str | None, Unknown.NO_EVENTS]
    since: date
    entry_type: str
    entry_channel: Annotated[str | None, Unknown.NO_EVENTS]
    n: int
    events: tuple[str, ...]


def relation(past: Past, rule: RelationRule, *, is_key_account: bool, is_paid_member: bool) -> Relation | Unknown:
    """The relation on the day; NO_EVENTS when nothing is recorded yet."""
    if not past.deeds:
        return Unknown.NO_EVENTS
    tagged = tags(past)
    partner = next((deed for tag, deed in sorted(tagged.items()) if tag in rule.partner_tags), None)
    type_ = _type(is_key_account=is_key_account, is_partner=partner is not None, is_paid_member=is_paid_member)
    owned = next((deed for deed in reversed(past.of_kinds(*PERSONAL)) if deed.text("staff_id")), None)
    first = past.deeds[0]
    return Relation(
        type=type_,
        promise=rule.promises[type_],
        owner=None if owned is None else owned.text("staff_id"),
        since=date_of(past.as_of - first.age),
        entry_type=first.type,
        entry_channel=first.text("channel"),
        n=len(past.deeds),
        events=names(deed for deed in (first, owned, partner if type_ == "partner" else None) if deed is not None),
    )


def _type(*, is_key_account: bool, is_partner: bool, is_paid_member: bool) -> RelationName:
    if is_key_account:
        return "key_account"
    if is_partner:
        return "partner"
    return "member" if is_paid_member else "consumer"


def tags(past: Past) -> dict[str, Deed]:
    """The tags of the last profile that told any, with the deed that told them."""
    for deed in reversed(past.of("profile.updated")):
        told = deed.data.get("profile")
        if isinstance(told, Mapping) and "tags" in told:
            found = told["tags"]
            return {each: deed for each in found if isinstance(each, str)} if isinstance(found, list) else {}
    return {}
