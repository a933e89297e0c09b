"""Which state do these events make, whatever their order and however often each is told?

Source: scoring-model.md sections 1 and 8, rule 5. The plain way from events to a state, for previews, explanations and
tests: events are unique by (source, id), the first one told stands, as in the ledger.
Example: the same order told three times is one order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from scoring.domain.policy.policy import Policy
from scoring.domain.state.currency import Money
from scoring.domain.state.effects import Effect, effects
from scoring.domain.state.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One event of one customer; `time` is aware."""

    type: str
    data: Mapping[str, Any]  # the producer's own facts
    time: datetime
    source: str
    id: str
    subject: str = ""  # whose id it came under; matters only where a customer and its aliases may disagree


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is fixed for a deployment: the zone of its days and the money it counts in."""

    zone: tzinfo
    money: Money


def unique(interactions: Iterable[Interaction]) -> list[Interaction]:
    """Each event once."""
    told: dict[tuple[str, str], Interaction] = {}
    for interaction in interactions:
        told.setdefault((interaction.source, interaction.id), interaction)
    return list(told.values())


def effects_of(interaction: Interaction, policy: Policy, setting: Setting) -> Sequence[Effect]:
    """Its effects; raises EventMalformed."""
    one = interaction
    return effects(one.type, one.data, one.time, one.source, one.id, policy, setting.zone, setting.money)


def replay(interactions: Iterable[Interaction], policy: Policy, setting: Setting) -> State:
    """The state of the set of events; raises EventMalformed."""
    state = State()
    for interaction in unique(interactions):
        state.apply(effects_of(interaction, policy, setting))
    return state
