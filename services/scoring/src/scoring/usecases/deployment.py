"""What do the use cases stand on? What is fixed for a deployment, its clock, and the rules in force."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from common.kafka import partition_of
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting
from scoring.settings import ScoringSettings
from scoring.store.rules import RulesInForce

MOST_WALKS: Final = 2
"""Requests of one process that judge the whole base at a time: each holds a connection for as long as that takes."""

MOST_LONG_PASTS: Final = 2
"""Requests of one process that judge a customer with a long past over many days at a time."""


def wall_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Handed to every use case; `now` is the only clock.

    `walks`: who may read the whole base for a request; `long_pasts`: who may judge a long past over many days.
    """

    partitions: int
    zone: ZoneInfo
    setting: Setting
    rules: RulesInForce = field(default_factory=RulesInForce)
    now: Callable[[], datetime] = wall_clock
    walks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_WALKS))
    long_pasts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_LONG_PASTS))

    @classmethod
    def of(cls, settings: ScoringSettings, *, now: Callable[[], datetime] = wall_clock) -> "Deployment":
        """The deployment that the environment describes."""
        return cls(
            partitions=settings.partitions,
            zone=settings.time_zone,
            setting=Setting(zone=settings.time_zone, money=Money(base_currency=settings.base_currency)),
            rules=RulesInForce(f"{settings.base_currency} {settings.time_zone.key}"),
            now=now,
        )

    @property
    def currency(self) -> str:
        """The base currency, in which all money is shown."""
        return self.setting.money.base_currency

    def today(self) -> date:
        """The local day."""
        return self.now().astimezone(self.zone).date()

    def partition_of(self, customer: str) -> int:
        """The partition of a customer, on every topic and in the state."""
        return partition_of(customer.encode(), self.partitions)
