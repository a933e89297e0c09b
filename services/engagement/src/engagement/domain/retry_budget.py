"""How many retries may be made now? At most a tenth of the first tries, and a small steady rate for quiet hours.

Each first try earns `share` of a retry, each second `per_second`; what is not used is kept up to `most`
(token bucket, as in Finagle's RetryBudget). Worked example: 1,000 first tries in a minute earn 100 retries, and the
steady rate 30 more.
"""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class RetryBudget:
    """What one process may still spend on one endpoint. Instants are seconds of a monotonic clock."""

    share: float = 0.1
    per_second: float = 0.5
    most: float = 100.0
    kept: float = 10.0
    counted_at: float | None = None

    def room(self, now: float) -> int:
        """Whole retries that may be made now."""
        since = 0.0 if self.counted_at is None else max(0.0, now - self.counted_at)
        self.counted_at = now
        self.kept = min(self.most, self.kept + since * self.per_second)
        return int(self.kept)

    def tried_first(self, count: int) -> None:
        """Some first tries began."""
        self.kept = min(self.most, self.kept + count * self.share)

    def tried_again(self, count: int) -> None:
        """Some retries began."""
        self.kept = max(0.0, self.kept - count)
