"""Is there room left today, on the channel or with the staff? Counts of a deployment day against contact.yaml.

Worked example: `task_capacity: {call: 50}`; the 51st call of a day waits until the next day begins.
"""

from collections import Counter
from dataclasses import dataclass, field

from engagement.domain.contact_policy import ContactPolicy


@dataclass(slots=True, kw_only=True)
class Load:
    """What was planned for the deployment's day so far: messages by channel, tasks by kind."""

    messages: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)

    def full(self, policy: ContactPolicy, *, channel: str | None, task_kind: str | None) -> bool:
        """Whether one more would be too many."""
        if task_kind is not None:
            return _full(self.tasks[task_kind], policy.task_capacity.get(task_kind))
        way = policy.channels.get(channel or "")
        return way is not None and _full(self.messages[way.name], way.daily_volume)

    def take(self, *, channel: str | None, task_kind: str | None) -> None:
        """One more was planned."""
        if task_kind is not None:
            self.tasks[task_kind] += 1
        elif channel is not None:
            self.messages[channel] += 1


def is_limited(policy: ContactPolicy) -> bool:
    """Whether anything has a daily limit, so that a load must be counted at all."""
    return bool(policy.task_capacity) or any(one.daily_volume is not None for one in policy.channels.values())


def _full(planned: int, most: int | None) -> bool:
    return most is not None and planned >= most
