"""Can the customer be reached on a channel? An address is known, the channel is on, and permissions are left.

Worked example: `sms` needs a phone number; `wechat` an openid; a channel that contact.yaml does not name is off. A call
is made by staff: the phone needs no adapter, only a number.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from engagement.domain.channel_settings import DROP_REPEATS, ChannelSettings
from engagement.domain.reasons import Reason

ADDRESS_OF: Final = {"email": "email", "sms": "phone", "phone": "phone", "wecom": "wecom", "wechat": "openid"}
"""Which kind of identifier a channel writes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way out, as contact.yaml sets it. `daily_volume`: messages a deployment day, None for any number.

    `needs_credit`: each message uses up a permission that the customer gave for one. `settings`: the adapter's own.
    """

    name: str
    adapter: str
    enabled: bool = True
    needs_credit: bool = False
    daily_volume: int | None = None
    settings: ChannelSettings = field(default_factory=ChannelSettings)

    @property
    def repeats_are_dropped(self) -> bool:
        """Whether a message may be sent again when nobody knows if it arrived."""
        told = self.settings.drops_repeats
        return self.settings.retry_unknown or (self.adapter in DROP_REPEATS if told is None else told)


def unreachable(
    channel: str,
    *,
    by_staff: bool,
    addresses: Set[str],
    channels: Mapping[str, Channel],
    credits_left: Mapping[str, int],
) -> Reason | None:
    """unreachable, channel_off or no_credit; None when the channel leads to the customer. `by_staff`: a call."""
    if ADDRESS_OF.get(channel) not in addresses:
        return Reason.UNREACHABLE
    policy = channels.get(channel)
    if policy is None:
        return None if by_staff else Reason.CHANNEL_OFF
    if not policy.enabled:
        return Reason.CHANNEL_OFF
    if policy.needs_credit and not by_staff and credits_left.get(channel, 0) <= 0:
        return Reason.NO_CREDIT
    return None
