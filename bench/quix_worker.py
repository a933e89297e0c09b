"""What is measured of Quix Streams: one process that keeps a smaller aggregate of each customer. (B6)

PYTHON -m bench.quix_worker BOOTSTRAP TOPIC PLACE, by a Python of its own that has `quixstreams` and nothing of ours.
For each customer: how many events, orders, their money and the last purchase's instant, in its state store (RocksDB)
with its changelog topic, settings as they come. It stores no event, tells no repetition from news, judges nothing and
publishes nothing; after a crash it counts some events twice (at least once). Into PLACE/done go, every hundred events,
how many it has taken and how many its states know.
"""

import os
import sys
from pathlib import Path
from typing import Any

STAY_MILLISECONDS = 1_800_000
"""Longer than it is ever stopped while another contender works."""
TOLD_EVERY = 100


def fold(event: dict[str, Any], state: Any) -> int:
    """Add an event to its customer; how many there are now."""
    known = state.get("customer") or {"events": 0, "orders": 0, "money_minor": 0, "last_purchase_at": None}
    known["events"] += 1
    if event["type"] == "order.completed":
        known["orders"] += 1
        known["money_minor"] += event["data"]["amount_minor"]
        known["last_purchase_at"] = max(known["last_purchase_at"] or "", event["time"])
    state.set("customer", known)
    return int(known["events"])


def main(bootstrap: str, topic: str, place: str) -> None:
    """Consume until SIGTERM."""
    from quixstreams import Application  # in this process's Python alone

    done = os.open(Path(place) / "done", os.O_CREAT | os.O_WRONLY)
    counts: dict[bytes, int] = {}
    taken = known = 0

    def tell(count: int, key: bytes, _timestamp: int, _headers: object) -> None:
        nonlocal taken, known
        known += count - counts.get(key, 0)
        counts[key] = count
        taken += 1
        if taken % TOLD_EVERY == 0:
            os.pwrite(done, f"{taken} {known}".ljust(40).encode(), 0)

    application = Application(
        broker_address=bootstrap,
        consumer_group="bench.quix",
        auto_offset_reset="earliest",
        state_dir=place,
        loglevel="WARNING",
        consumer_extra_config={
            "session.timeout.ms": STAY_MILLISECONDS,
            "max.poll.interval.ms": STAY_MILLISECONDS,
        },
    )
    frame = application.dataframe(application.topic(topic, value_deserializer="json"))
    frame.apply(fold, stateful=True).update(tell, metadata=True)
    application.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
