"""When is a delivery tried again? Full jitter over growing delays, never before the receiver's Retry-After.

Delay before try n + 1 = draw x SCHEDULE[n], draw uniform in [0, 1) (care-model.md section 6; full jitter: Brooker, AWS
Architecture Blog 2015). Worked example: after the second try, draw 0.5: 150 s; with Retry-After 10 min: 600 s.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

SCHEDULE: Final = (
    timedelta(),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The longest wait before the first, second ... try."""

LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
"""A receiver that asks for more waits that long: it may not hold an action for ever."""


def delay_before_next_try(
    schedule: Sequence[timedelta], *, tried: int, draw: float, retry_after: timedelta | None = None
) -> timedelta | None:
    """How long to wait after `tried` tries (one or more); None when no try is left. `draw` is uniform in [0, 1)."""
    if tried >= len(schedule):
        return None
    asked = min(retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return max(draw * schedule[tried], asked)
