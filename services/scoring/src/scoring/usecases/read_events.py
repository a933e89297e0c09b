"""How do stored events become interactions that the domain reads?"""

from collections.abc import Iterable

from common.events import decode_event
from scoring.domain.state.replay import Interaction
from scoring.usecases.apply_events import is_bookkeeping


def read_events(values: Iterable[bytes]) -> list[Interaction]:
    """Interactions of ledger events; facts about ids are left out."""
    events = (decode_event(value) for value in values)
    return [
        Interaction(
            type=event.type,
            data=event.data,
            time=event.time,
            source=event.source,
            id=event.id,
            subject=event.subject,
        )
        for event in events
        if not is_bookkeeping(event)
    ]
