"""What are the customer's recommendations worth, and is the customer an advocate? 推荐价值, 口碑

Source: checklist.md, recommend to others; word of mouth. Converted referrals of the last 730 d, each referred customer
(without one: each code, without one: each event) once; worth = the CLV of the referred customer where known, else
m0 x margin. Advocate: at least 1 converted, or at least 2 made, with no detractor in the last 365 d.
Example: two converted, one of CLV 8000, one unknown, m0 10000, margin .3: 8000 + 3000 = 11000.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import At, OneOrMore, Whole
from scoring.domain.portrait.past import Deed, Past, names, within
from scoring.domain.portrait.unknown import Unknown

MOST_PRICED: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRule:
    window_days: OneOrMore
    advocate_converted: Annotated[OneOrMore, At("advocate_converted_at_least")]
    advocate_made: Annotated[OneOrMore, At("advocate_made_at_least")]
    detractor_days: Annotated[Whole, At("no_detractor_within_days")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralValue:
    """`value_minor` of `converted`; `priced` of them by their own lifetime value."""

    made: int
    converted: int
    value_minor: int
    priced: int
    is_advocate: bool
    n: int
    events: tuple[str, ...]


def _facts(deed: Deed) -> Mapping[str, object]:
    told = deed.data.get("referral")
    return told if isinstance(told, Mapping) else {}


def each_once(deeds: Iterable[Deed]) -> dict[str, Deed]:
    """The first deed of each referred customer, of each code without one."""
    found: dict[str, Deed] = {}
    for deed in deeds:
        facts = _facts(deed)
        found.setdefault(str(facts.get("referred") or facts.get("code") or deed.name), deed)
    return found


def referred(past: Past, rule: ReferralRule) -> list[str]:
    """The ids of converted customers whose own value is asked for."""
    told = (_facts(deed).get("referred") for deed in within(past.of("referral.converted"), rule.window_days))
    return sorted({each for each in told if isinstance(each, str)})[:MOST_PRICED]


def referral_value(
    past: Past, rule: ReferralRule, worths: Mapping[str, int], *, m0_minor: float, margin: float
) -> ReferralValue | Unknown:
    """`worths`: lifetime value in minor units by referred id; NO_EVENTS when nothing was recommended."""
    made = each_once(within(past.of("referral.made"), rule.window_days))
    converted = each_once(within(past.of("referral.converted"), rule.window_days))
    if not made and not converted:
        return Unknown.NO_EVENTS
    unhappy = within(past.of_kinds("detractor", "complaint"), rule.detractor_days)
    spread = len(converted) >= rule.advocate_converted or len(made) >= rule.advocate_made
    deeds = [*made.values(), *converted.values()]
    return ReferralValue(
        made=len(made),
        converted=len(converted),
        value_minor=sum(worths.get(name, round(m0_minor * margin)) for name in converted),
        priced=sum(name in worths for name in converted),
        is_advocate=spread and not unhappy,
        n=len(deeds),
        events=names(deeds),
    )
