"""Which state do these events of the ledger make? As the consumer reads and applies them, in one go."""

from collections.abc import Iterable
from dataclasses import dataclass

from common.events import decode_event
from scoring.domain.policy.policy import Policy
from scoring.domain.state.effects import Effect, EventMalformed, effects
from scoring.domain.state.facts import FACTS
from scoring.domain.state.state import State
from scoring.store.erasure import ERASURE
from scoring.usecases.apply_events import is_bookkeeping
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_facts import read_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The encoded state; `is_erased` where an event says so; `unreadable` events count for nothing with this policy."""

    body: bytes
    is_erased: bool
    unreadable: int


def replay_history(events: Iterable[bytes], policy: Policy, deployment: Deployment) -> Replayed:
    """Replay one subject's events, which the ledger keeps unique."""
    decode = read_facts if policy.kinds.facts <= FACTS else decode_event
    zone, money = deployment.setting.zone, deployment.setting.money
    found: list[Effect] = []
    is_erased, unreadable = False, 0
    for value in events:
        event = decode(value)
        if is_bookkeeping(event):
            is_erased = is_erased or event.type == ERASURE
            continue
        try:
            found += effects(event.type, event.data, event.time, event.source, event.id, policy, zone, money)
        except EventMalformed:
            unreadable += 1
    state = State()
    state.apply(() if is_erased else found)
    return Replayed(body=state.encode(), is_erased=is_erased, unreadable=unreadable)
