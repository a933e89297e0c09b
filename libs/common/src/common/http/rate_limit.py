"""May this key send now? A token bucket a key, in memory, so per process: the limit protects, it does not bill."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from common.errors import TooMany
from common.http.headers import Header

KEYS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`per_second` on average, `burst` at once."""

    per_second: float
    burst: float


class RateLimiter:
    """Buckets of a given rate. A bucket is one number, the instant at which it will be full again (GCRA)."""

    def __init__(self, rate: Rate, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._monotonic = monotonic
        self._full_at: LRUCache[str, float] = LRUCache(KEYS)

    def take(self, key: str, *, cost: float = 1.0, per_second: float | None = None) -> list[Header]:
        """Take `cost` tokens or raise TooMany; the RateLimit headers of the answer (IETF draft-10).

        A cost beyond the burst is let through when the bucket is full, or it could never be.
        """
        rate = per_second or self.rate.per_second
        burst = self.rate.burst * rate / self.rate.per_second
        now = self._monotonic()
        full_at = max(self._full_at.get(key, now), now) + cost / rate
        wait = full_at - now - max(burst, cost) / rate
        if wait > 1e-9:
            raise TooMany(
                f"This key may send {rate:g} a second: send again in {math.ceil(wait)} s.",
                retry_after=max(1, math.ceil(wait)),
            )
        self._full_at[key] = full_at
        left = max(0, int(burst - (full_at - now) * rate))
        return [
            (b"ratelimit-policy", b'"default";q=%d;w=%d' % (burst, max(1, round(burst / rate)))),
            (b"ratelimit", b'"default";r=%d;t=%d' % (left, math.ceil(full_at - now))),
        ]
