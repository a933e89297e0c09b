"""Who is the newcomer's first customer, and what does she do?

She lives where it is day now: nobody is written to at night (care-model.md, quiet hours), and a first try should show a
message that goes out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Auckland",
)
MORNING: Final = 9
EVENING: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer by the number of the try: user id ann-N, e-mail ann-N@example.com."""

    number: int
    zone: str

    @property
    def known_as(self) -> str:
        return f"user_id:ann-{self.number}"

    @property
    def order(self) -> str:
        return f"quickstart-{self.number}-order"

    def events(self, source: str, now: datetime, currency: str) -> list[dict[str, Any]]:
        """She tells who she is, agrees to be written to, and orders tea."""
        who = {"user_id": f"ann-{self.number}", "email": f"ann-{self.number}@example.com"}
        profile = {"name": "Ann", "language": "en", "zone": self.zone}
        told: list[tuple[str, str, dict[str, Any]]] = [("profile", "profile.updated", {"profile": profile})]
        for purpose in ("care", "research"):
            consent = {"purpose": purpose, "channel": "*", "evidence": "asked in the quickstart"}
            told.append((purpose, "consent.granted", {"consent": consent}))
        bought = {"order_id": f"ann-{self.number}", "amount_minor": 15900, "currency": currency, "channel": "web"}
        told.append(("order", "order.completed", bought))
        return [
            {
                "id": f"quickstart-{self.number}-{name}",
                "source": source,
                "type": type_,
                "time": now.isoformat(),
                "data": {"identifiers": who, **data},
            }
            for name, type_, data in told
        ]


def day_zone(now: datetime) -> str:
    """A zone where it is day: one of six that lie round the globe."""
    awake = (zone for zone in ZONES if MORNING <= now.astimezone(ZoneInfo(zone)).hour < EVENING)
    return next(awake, ZONES[0])
