"""Which events are a contact with the customer? The first one starts the 21 days before the first ask.

Whatever a producer told is one (feedback-model.md section 2); of what services say, only the interactions that they
publish themselves: `call.made` of a finished task is a contact, `identity.linked` and `care.decided` are none.
"""

from typing import Final

from common.contracts.interactions import TYPES
from common.events import Event, is_from_service

_INTERACTIONS: Final = frozenset(TYPES)


def is_contact(event: Event) -> bool:
    """Whether the event is an interaction, not a fact that services keep for themselves."""
    return event.type in _INTERACTIONS or not is_from_service(event)
