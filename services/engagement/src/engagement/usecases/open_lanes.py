"""Which channels may send now, and how many? One lane a channel: its adapter, breaker and retry budget.

Channels that call one endpoint share its breaker and budget. Lanes live as long as their worker; when contact.yaml
changes a channel, its lane is opened anew and the old one ends with its last message.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from engagement.domain.breaker import Breaker
from engagement.domain.delivery import Accepted, Adapter, AwaitingStaff, Outcome, Rejected
from engagement.domain.reachability import ADDRESS_OF, Channel
from engagement.domain.retry_budget import RetryBudget
from engagement.store.carriers import SecretUnreadable, open_carrier
from engagement.store.deliveries import Room

log = structlog.get_logger()

MOST_UNDER_WAY: Final = 32
"""Messages of one channel in the air; retries beside as many first tries may go beyond it once."""

LOOK_AGAIN_SECONDS: Final = 10.0
"""After this time a secret that could not be read is looked for again."""


@dataclass(slots=True, kw_only=True)
class Lane:
    """A channel as it is carried now; `under_way` counts its messages in the air."""

    channel: Channel
    adapter: Adapter
    breaker: Breaker
    budget: RetryBudget
    under_way: int = 0


class Lanes:
    """The lanes of one worker."""

    def __init__(self, *, outbox_dir: Path, secrets_dir: Path) -> None:
        self._outbox_dir, self._secrets_dir = outbox_dir, secrets_dir
        self._open: dict[str, Lane] = {}
        self._leaving: list[Lane] = []
        self._endpoints: dict[str, tuple[Breaker, RetryBudget]] = {}
        self._refused_until: dict[str, float] = {}
        self._off = set(ADDRESS_OF)

    def __getitem__(self, channel: str) -> Lane:
        return self._open[channel]

    def __contains__(self, channel: object) -> bool:
        return channel in self._open

    async def follow(self, channels: Mapping[str, Channel]) -> None:
        """Open, change and close lanes as contact.yaml says now."""
        self._off = {name for name in ADDRESS_OF if name not in channels or not channels[name].enabled}
        for name, lane in list(self._open.items()):
            if channels.get(name) != lane.channel or not lane.channel.enabled:
                self._leaving.append(self._open.pop(name))
        for name, channel in channels.items():
            if channel.enabled and name not in self._open:
                self._try_to_open(channel)
        for lane in [lane for lane in self._leaving if not lane.under_way]:
            self._leaving.remove(lane)
            await lane.adapter.close()

    def rooms(self) -> list[Room]:
        """How many messages of each channel may begin: a slow one takes nothing from its neighbours.

        Actions of a channel that is off are looked at too: the arbiter moves them to another, or ends them.
        """
        now = time.monotonic()
        rooms = [
            Room(channel=name, first=MOST_UNDER_WAY, again=MOST_UNDER_WAY) for name in ADDRESS_OF if name in self._off
        ]
        for name, lane in self._open.items():
            most = lane.breaker.room(now, max(0, MOST_UNDER_WAY - lane.under_way))
            again = min(most, lane.budget.room(now))
            if most:
                rooms.append(Room(channel=name, first=most, again=again))
        return rooms

    def may_send(self, channel: str | None) -> bool:
        """Whether a message that was moved to a channel may begin now."""
        return channel in self._open and self._open[channel].breaker.room(time.monotonic(), 1) > 0

    def began(self, channel: str, *, again: bool) -> Lane:
        """A message of a channel is about to be sent."""
        lane = self._open[channel]
        lane.under_way += 1
        lane.breaker.began(time.monotonic())
        if again:
            lane.budget.tried_again(1)
        else:
            lane.budget.tried_first(1)
        return lane

    def ended(self, lane: Lane, outcome: Outcome) -> None:
        """Its outcome is known: an answer of any kind but an error of the endpoint's own is a sign of life."""
        lane.under_way -= 1
        if isinstance(outcome, (Accepted, AwaitingStaff, Rejected)):
            lane.breaker.succeeded()
        else:
            pause = 0.0 if outcome.after is None else outcome.after.total_seconds()
            lane.breaker.failed(time.monotonic(), retry_after=pause)

    async def close(self) -> None:
        """Close every adapter."""
        for lane in (*self._open.values(), *self._leaving):
            await lane.adapter.close()

    def _try_to_open(self, channel: Channel) -> None:
        if time.monotonic() < self._refused_until.get(channel.name, 0.0):
            return
        try:
            adapter = open_carrier(channel, outbox_dir=self._outbox_dir, secrets_dir=self._secrets_dir)
        except SecretUnreadable as error:
            log.warning("channel_cannot_be_opened", channel=channel.name, reason=error.reason)
            self._refused_until[channel.name] = time.monotonic() + LOOK_AGAIN_SECONDS
            return
        breaker, budget = self._endpoints.setdefault(adapter.endpoint, (Breaker(), RetryBudget()))
        settings = channel.settings
        breaker.first_seconds, breaker.longest_seconds = map(float, settings.pause_seconds)
        budget.share, budget.per_second = settings.retry_share, settings.retries_per_second
        self._open[channel.name] = Lane(channel=channel, adapter=adapter, breaker=breaker, budget=budget)
