"""May an endpoint be called now? After several failures in a row it rests; then one probe tells whether it is back.

Closed -> (FAILURES in a row, or the receiver's Retry-After) -> open for a pause that doubles up to `longest_seconds` ->
one probe: success closes, failure opens again. Worked example: an endpoint down for ten minutes with pauses of 1, 2, 4,
8, 16, 20, 20 ... s sees about 33 probes, and is found healed within 20 s.
"""

from dataclasses import dataclass
from typing import Final

FAILURES: Final = 5


@dataclass(slots=True, kw_only=True)
class Breaker:
    """The state of one endpoint in one process. Instants are seconds of a monotonic clock."""

    first_seconds: float = 1.0
    longest_seconds: float = 20.0
    failed_in_a_row: int = 0
    opened_times: int = 0
    open_until: float = 0.0
    probing_since: float | None = None

    def room(self, now: float, most: int) -> int:
        """How many calls may begin now, of `most`."""
        if now < self.open_until:
            return 0
        if not self.opened_times:
            return most
        probe_is_lost = self.probing_since is not None and now > self.probing_since + 3 * self.longest_seconds
        return min(most, 1) if self.probing_since is None or probe_is_lost else 0

    def began(self, now: float) -> None:
        """A call began; while the breaker was open it is the probe."""
        if self.opened_times:
            self.probing_since = now

    def released(self) -> None:
        """The call that would have been the probe was not made after all."""
        self.probing_since = None

    def succeeded(self) -> None:
        """The endpoint answered as it should."""
        self.failed_in_a_row = self.opened_times = 0
        self.open_until, self.probing_since = 0.0, None

    def failed(self, now: float, *, retry_after: float = 0.0) -> None:
        """The endpoint did not answer, answered with an error of its own, or asked for a pause of some seconds."""
        self.failed_in_a_row += 1
        probed = self.probing_since is not None
        self.probing_since = None
        if probed or (self.failed_in_a_row >= FAILURES and now >= self.open_until):
            pause = min(self.longest_seconds, self.first_seconds * 2.0 ** min(self.opened_times, 16))
            self.opened_times += 1
            self.open_until = now + pause
        if retry_after:
            self.opened_times = max(self.opened_times, 1)
            self.open_until = max(self.open_until, now + retry_after)
