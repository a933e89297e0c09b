"""What does a test of a way out send?"""

from dataclasses import replace
from typing import Any

from engagement.domain.delivery import Message

MESSAGE = Message(
    action_id="act_9",
    customer="c_ann",
    purpose="marketing",
    kind="message",
    channel="email",
    address="ann@example.com",
    language="zh",
    template="win_back",
    subject="好久不见",
    text="您好！",
)


def message(**other: Any) -> Message:
    """The usual message, or one that differs."""
    return replace(MESSAGE, **other)
