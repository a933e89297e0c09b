"""What does it cost to compress a batch for Kafka, aiokafka's own way and ours (common/kafka.py)?

`python -m bench compression`. Batches of 130 orders, as the lanes make them under load; before each, memory is walked
over, as between two batches of a process at work, so that no table lies in the core's own cache. Rounds alternate, and
every batch is read again.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

from aiokafka.codec import zstd_decode, zstd_encode
from bench.machine import describe_machine
from bench.orders import raw_records

from common.kafka import compress

RECORDS: Final = 130
BATCHES: Final = 40
WALKED: Final = bytearray(8 * 1024 * 1024)


def main() -> None:
    """Print the machine, and each way's cost a record and size."""
    parser = argparse.ArgumentParser(prog="python -m bench compression")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(sys.argv[2:]).rounds
    sys.stdout.write(describe_machine("aiokafka", "cramjam", "zstandard") + "\n")
    values = [value for _, value in raw_records(RECORDS * BATCHES, 1)]
    batches = [b"".join(values[at : at + RECORDS]) for at in range(0, len(values), RECORDS)]
    ways: dict[str, Callable[[bytes], bytes]] = {"aiokafka's own": zstd_encode, "ours": compress}
    costs: dict[str, list[float]] = {name: [] for name in ways}
    shares: dict[str, float] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            cost, shares[name] = _round(batches, way)
            costs[name].append(cost)
    for name, each in costs.items():
        sys.stdout.write(
            f"{name:15} {statistics.median(each):.2f} us of CPU a record ({min(each):.2f} to {max(each):.2f}), "
            f"{shares[name]:.1%} of {sum(map(len, batches)) / len(values):.0f} bytes\n"
        )


def _round(batches: list[bytes], way: Callable[[bytes], bytes]) -> tuple[float, float]:
    """Microseconds of CPU a record, and the share of the bytes that is left."""
    spent, left = 0, 0
    for batch in batches:
        WALKED[:] = bytes(len(WALKED))
        began = time.process_time_ns()
        small = way(batch)
        spent += time.process_time_ns() - began
        assert zstd_decode(small) == batch, "what is read is not what was written"
        left += len(small)
    return spent / 1000 / (RECORDS * len(batches)), left / sum(map(len, batches))
