"""How does a message go out by WeCom? A member of staff sends it from their own account and confirms.

The platform hands a company's message to its member, who decides whether it goes out: nothing is sent by us, so the
action waits for POST /v1/actions/{id}/outcome until its validity ends.
"""

from engagement.domain.delivery import AwaitingStaff, Message, Outcome


class WecomDelivery:
    """The `wecom` adapter: an action for a person, never retried by a machine."""

    name = "wecom"

    def __init__(self, channel: str) -> None:
        self.endpoint = f"staff:{channel}"

    async def deliver(self, message: Message) -> Outcome:
        """Leave it to staff, with the text to send."""
        return AwaitingStaff(detail=message.text)

    async def close(self) -> None:
        """Nothing is held open."""
