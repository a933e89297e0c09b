"""Which condition does a document state? Names and kinds are checked against the list of facts.

`{segment: active}` equals, `{segment: [active, potential]}` any of them, `{care.health: {below: 40}}`,
`{not: {open_case: true}}`, `{any: [...]}`, `{all: [...]}`; a list and several members of a mapping must all hold.
"""

from collections.abc import Mapping
from typing import Final

from engagement.domain.condition import All, AnyOf, Compare, Comparison, Condition, Not, Value
from engagement.domain.document import Place
from engagement.domain.facts import ALLOWED, DATA_FACTS, Fact, FactKind, find_fact

COMPARISONS: Final[Mapping[FactKind, tuple[Comparison, ...]]] = {
    FactKind.TEXT: (Comparison.EQUALS, Comparison.IN),
    FactKind.FLAG: (Comparison.EQUALS,),
    FactKind.NUMBER: (Comparison.EQUALS, Comparison.IN, Comparison.AT_LEAST, Comparison.BELOW),
    FactKind.TEXTS: (Comparison.CONTAINS,),
}
WORDS: Final = ("all", "any", "not")


def read_condition(place: Place, *, prefix: str = "") -> Condition:
    """The condition at a place; with the prefix `data.` names are those of the event's data."""
    if place.is_list:
        return All(parts=tuple(read_condition(item, prefix=prefix) for item in place.items()))
    parts = [_member(name, inner, prefix) for name, inner in place.members().items()]
    if not parts:
        raise place.invalid("must state something", WORDS)
    return parts[0] if len(parts) == 1 else All(parts=tuple(parts))


def _member(name: str, place: Place, prefix: str) -> Condition:
    match name:
        case "all":
            return All(parts=tuple(read_condition(item, prefix=prefix) for item in place.items()))
        case "any":
            return AnyOf(parts=tuple(read_condition(item, prefix=prefix) for item in place.items()))
        case "not":
            return Not(part=read_condition(place, prefix=prefix))
    fact = find_fact(prefix + name)
    if fact is None:
        raise place.invalid("unknown fact", (*WORDS, *(tuple(DATA_FACTS) if prefix else ALLOWED)))
    return _compare(prefix + name, fact, place)


def _compare(name: str, fact: Fact, place: Place) -> Condition:
    texts = fact.kind is FactKind.TEXTS
    if not place.is_mapping:
        several = Comparison.CONTAINS if texts else Comparison.IN
        comparison = several if place.is_list or texts else Comparison.EQUALS
        if comparison not in COMPARISONS[fact.kind]:
            raise place.invalid(f"must be one {fact.kind}")
        return _leaf(name, fact, comparison, place)
    stated = place.mapping(allowed=[one.value for one in COMPARISONS[fact.kind]])
    parts = [_leaf(name, fact, Comparison(word), inner) for word, inner in stated.items()]
    if not parts:
        raise place.invalid("must compare with something", [one.value for one in COMPARISONS[fact.kind]])
    return parts[0] if len(parts) == 1 else All(parts=tuple(parts))


def _leaf(name: str, fact: Fact, comparison: Comparison, place: Place) -> Compare:
    takes_several = comparison in (Comparison.IN, Comparison.CONTAINS)
    places = place.items() if takes_several and place.is_list else [place]
    return Compare(fact=name, comparison=comparison, values=tuple(_value(fact, one) for one in places))


def _value(fact: Fact, place: Place) -> Value:
    match fact.kind:
        case FactKind.NUMBER:
            return place.number()
        case FactKind.FLAG:
            return place.flag()
        case _:
            return place.text(allowed=fact.values)
