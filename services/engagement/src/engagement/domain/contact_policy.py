"""How often, when and by which ways may a customer be contacted? The typed value of policies/contact.yaml.

Source: care-model.md sections 3, 9 and 10. The values here are those of the shipped file, so that a rule can be tested
alone. Worked example: `ContactPolicy().cool_down` is 72 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from engagement.domain.caps import Cap
from engagement.domain.playbook import Purpose
from engagement.domain.quiet_hours import QuietHours
from engagement.domain.reachability import Channel
from engagement.domain.reasons import Reason

_CONTACTS: Final = frozenset({Purpose.CARE, Purpose.MARKETING, Purpose.RESEARCH})
_MARKETING: Final = frozenset({Purpose.MARKETING})

CAPS: Final = (
    Cap(code=Reason.CAP_DAY, purposes=_CONTACTS, max=1, days=1),
    Cap(code=Reason.CAP_MARKETING_7D, purposes=_MARKETING, max=2, days=7),
    Cap(code=Reason.CAP_MARKETING_30D, purposes=_MARKETING, max=6, days=30),
    Cap(code=Reason.CAP_CHANNEL_7D, purposes=_MARKETING, max=1, days=7, per_channel=True),
    Cap(code=Reason.CAP_CARE_3D, purposes=frozenset({Purpose.CARE}), max=1, days=3),
    Cap(code=Reason.CAP_RESEARCH_14D, purposes=frozenset({Purpose.RESEARCH}), max=1, days=14),
    Cap(code=Reason.CAP_CHANNEL_LAW, purposes=_CONTACTS, max=7, days=7, channels=frozenset({"wecom"})),
    Cap(code=Reason.CAP_CHANNEL_LAW, purposes=_CONTACTS, max=4, days=30, channels=frozenset({"wechat"})),
)


def _channels() -> dict[str, Channel]:
    return {name: Channel(name=name, adapter="file") for name in ("email", "sms", "wecom", "wechat")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """contact.yaml. `task_capacity`: tasks of a kind that staff can take on in a deployment day."""

    quiet_hours: QuietHours = field(default_factory=QuietHours)
    cool_down_hours: int = 72
    caps: tuple[Cap, ...] = CAPS
    service_per_day: int = 3
    birthday_reserve_days: int = 3
    global_control: float = 0.0
    channels: Mapping[str, Channel] = field(default_factory=_channels)
    task_capacity: Mapping[str, int] = field(default_factory=dict)

    @property
    def cool_down(self) -> timedelta:
        return timedelta(hours=self.cool_down_hours)
