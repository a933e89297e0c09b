"""What may the mapping of a dialect answer? A canonical event, a refusal, or that it cannot say what was meant."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from msgspec import ValidationError, convert

from common.contracts.check import SchemaBroken
from common.contracts.fields import FIRST_YEAR, LAST_YEAR
from common.errors import AppError

NETWORK_DELAY: Final = timedelta(seconds=5)
"""Less than this between a sender's clock and ours is the way, not a wrong clock."""


class Unmappable(AppError):
    """What was sent says nothing that an event could say; it is accepted into quarantine."""

    code = "unmappable"


def read_time(value: Any, pointer: str) -> datetime | None:
    """An instant from RFC 3339 (without an offset: UTC); None when absent, SchemaBroken when it is none."""
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise ValidationError("an instant is a text")
        time = convert(value, datetime)
    except ValidationError as error:
        raise SchemaBroken("Send the time as RFC 3339: 2026-11-20T10:00:00+08:00.", pointer=pointer) from error
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise SchemaBroken(f"The year {time.year} is impossible.", pointer=pointer)
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def true_time(time: datetime, *, sent_at: datetime | None, received_at: datetime) -> datetime:
    """The time by our clock: received - (sent - time), where the sender's clock is visibly wrong."""
    if sent_at is None or abs(received_at - sent_at) <= NETWORK_DELAY:
        return time
    try:
        return received_at - (sent_at - time)
    except OverflowError:
        return time


def hashed_id(source: str, message: object) -> str:
    """The id of an event that was sent without one: the same message from the same source is the same event."""
    return sha256(f"{source}\n{json.dumps(message)}".encode()).hexdigest()[:40]
