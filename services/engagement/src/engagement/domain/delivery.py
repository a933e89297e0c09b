"""What goes to a channel, and what can come of it? One message in, one of five outcomes out (care-model.md section 6).

Where the receiver can drop repeats an action is tried until it is accepted, always with the same id (at least once);
where it cannot, an outcome that nobody knows stays unknown (at most once).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One action, ready to go: `action_id` is the same on every try; `address` is None where staff know the person."""

    action_id: str
    customer: str
    purpose: str
    kind: str
    channel: str
    address: str | None
    language: str
    template: str
    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The receiver has it, and knows it by this id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitingStaff:
    """A member of staff has to press send; `detail` is what to send."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The receiver will never take it; `disables`: nor anything else on this channel (410 Gone)."""

    detail: str
    disables: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The receiver has certainly not taken it, and may later."""

    detail: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The receiver may have it or not: the answer was lost, late, or an error after the effect."""

    detail: str
    after: timedelta | None = None


Outcome = Accepted | AwaitingStaff | Rejected | Retry | Unknown


class Adapter(Protocol):
    """Carries messages of one channel. `endpoint` names what is called, for its breaker."""

    name: str
    endpoint: str

    async def deliver(self, message: Message) -> Outcome:
        """Try once, within the adapter's own deadline. Raises nothing of the network."""
        ...

    async def close(self) -> None:
        """Give back what the adapter holds open."""
        ...
