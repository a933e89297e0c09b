"""What did each side give in the last year? 双赢, 价值往来

Source: checklist.md, win-win; service-dominant logic; social exchange theory. Two ledgers in minor units of the base
currency over 365 d. Theirs: margin earned (net money of live orders x margin), referral value, and each idea, answer
and review at the policy's worth. Ours: benefits that were redeemed at their cost, and each solved problem (complaint
or ticket resolved, case closed as resolved), personal contact and kept promise at the policy's worth.
index = 2 min(theirs, ours) / (theirs + ours); state: balanced from .3, else who gave more (`customer`, `company`).
Example: an order of 10000 at margin .3 and one complaint solved at 2000: theirs 3000, ours 2000, index .8, balanced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from scoring.domain.policy.read_rule import At, OneOrMore, Share, of_each
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Deed, Past, micro, names, within
from scoring.domain.portrait.unknown import Unknown

Side = Literal["customer", "company"]
WORTHS: Final[dict[str, Side]] = {
    "idea": "customer",
    "answer": "customer",
    "problem_solved": "company",
    "personal_contact": "company",
    "promise_kept": "company",
}
PERSONAL: Final = ("outbound_msg", "meeting", "staff_visit", "advisor_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRule:
    """`worths`: minor units for each of WORTHS."""

    window_days: OneOrMore
    worths: Annotated[Mapping[str, int], of_each(WORTHS, Section.whole), At("worths_minor")]
    balanced_from: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one side gave under one heading."""

    side: Side
    line: str
    amount_minor: int
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """`state`: balanced, or the side that gave more; `index` 0 one-sided to 1 even."""

    customer_gave_minor: int
    company_gave_minor: int
    index: float
    state: Literal["balanced", "customer", "company"]
    lines: tuple[Line, ...]


def balance(past: Past, rule: BalanceRule, *, margin: float, referral_minor: int, currency: str) -> Balance | Unknown:
    """The two ledgers; NO_EVENTS when neither side gave anything."""
    lines = [line for line in _lines(past, rule, margin, referral_minor, currency) if line.n]
    if not lines:
        return Unknown.NO_EVENTS
    theirs = sum(line.amount_minor for line in lines if line.side == "customer")
    ours = sum(line.amount_minor for line in lines if line.side == "company")
    index = 2.0 * min(theirs, ours) / (theirs + ours) if theirs + ours else 1.0
    return Balance(
        customer_gave_minor=theirs,
        company_gave_minor=ours,
        index=micro(index),
        state="balanced" if index >= rule.balanced_from else "customer" if theirs > ours else "company",
        lines=tuple(lines),
    )


def _lines(past: Past, rule: BalanceRule, margin: float, referral_minor: int, currency: str) -> Iterable[Line]:
    orders = [one for one in past.purchases if one.age < rule.window_days]
    net = sum(one.net_minor for one in orders)
    yield _line("customer", "margin_earned", round(net * margin), [one.deed for one in orders])
    converted = within(past.of("referral.converted"), rule.window_days)
    yield _line("customer", "referrals", referral_minor if converted else 0, converted)
    benefits = [
        deed
        for deed in within(past.of("benefit.redeemed"), rule.window_days)
        if deed.text("currency") in (None, currency)
    ]
    yield _line("company", "benefits", sum(deed.whole("amount_minor") or 0 for deed in benefits), benefits)
    solved = [
        deed
        for deed in past.of("complaint.resolved", "ticket.resolved", "case.closed")
        if deed.type != "case.closed" or "resolved" in deed.kinds
    ]
    groups = {
        "idea": past.of("suggestion.made", "cocreation.joined"),
        "answer": past.of("survey.answered", "review.posted"),
        "problem_solved": solved,
        "personal_contact": past.of_kinds(*PERSONAL),
        "promise_kept": past.of_kinds("promise_kept"),
    }
    for name, side in WORTHS.items():
        deeds = within(groups[name], rule.window_days)
        yield _line(side, name, rule.worths[name] * len(deeds), deeds)


def _line(side: Side, line: str, amount: int, deeds: list[Deed]) -> Line:
    return Line(side=side, line=line, amount_minor=amount, n=len(deeds), events=names(deeds))
