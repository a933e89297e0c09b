"""How long does one core take to judge a whole base again, as it does every night? (B8) `python -m bench nightly`.

Encoded states of 30 day buckets and 6 orders (synthetic_states.py) in the worker's pages: packed and judged, all scores
with their guards. The process is pinned to one core; making the states is not counted. Baselines of the same run: the
packing alone, and the page of the model read aloud in plain Python (tests/unit/scoring/reference.py), whose answers
must be the same. `--database N` measures the real job over N customers in PostgreSQL besides.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from bench.machine import describe_machine
from bench.nightly_database import measure_job
from bench.one_core import AS_OF, pin, start_again_with_one_thread
from bench.synthetic_events import reference_customers
from bench.synthetic_states import synthetic_states
from tests.unit.scoring.build import SETTING
from tests.unit.scoring.reference import judge

from scoring.domain.card import Cards, score
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import Arrays, pack, pack_states
from scoring.domain.state.replay import replay

MILLION: Final = 1_000_000
MUST_SECONDS: Final = 60.0
STRETCH_SECONDS: Final = 15.0
WARM_UP: Final = 10
ROUND: Final = 20_000
"""Customers of a round, the only ones in memory; the median and range of rounds are printed."""


def main() -> None:
    """Print the machine, both baselines and the figure beside what it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench nightly")
    parser.add_argument("--customers", type=int, default=MILLION)
    parser.add_argument("--page", type=int, default=2_000, help="customers judged at once")
    parser.add_argument("--reference", type=int, default=20, help="customers of the plain Python baseline")
    parser.add_argument("--database", type=int, default=0, help="customers of the real job, in PostgreSQL")
    arguments = parser.parse_args(sys.argv[2:])
    start_again_with_one_thread()
    sys.stdout.write(describe_machine("numpy", "sqlalchemy", "asyncpg") + "\n")
    if arguments.database:
        asyncio.run(measure_job(arguments.database))
    sys.stdout.write(pin())
    rules = Rules.of(Policy.from_mapping(yaml.safe_load(Path("policies/scoring.yaml").read_text(encoding="utf-8"))))
    aloud = _read_aloud(rules, arguments.reference)
    _rescore(rules, arguments.customers, arguments.page, aloud)


def _read_aloud(rules: Rules, number: int) -> float:
    """CPU seconds a customer of the plain Python reading, whose answers are compared."""
    customers = reference_customers(number, as_of=AS_OF)
    columns = score(
        pack_states(replay(events, rules.policy, SETTING) for events in customers),
        AS_OF,
        rules.policy,
        rules.thresholds,
    )
    cards, used = Cards(columns, "CNY"), 0.0
    for at, events in enumerate(customers):
        began = time.process_time()
        plain = judge(events, AS_OF)
        used += time.process_time() - began
        _compare(cards.card(at, "c"), plain)
    sys.stdout.write(f"read aloud in plain Python: {1e6 * used / number:,.0f} us a customer, same answers\n")
    return used / number


def _compare(card: dict[str, Any], plain: dict[str, Any]) -> None:
    """AssertionError where the two readings differ."""
    for name, ours in (
        ("segment", "segment"),
        ("shown_tier", "tier"),
        ("stage", "stage"),
        ("churn_band", "churn_band"),
    ):
        assert plain[name] == card[ours], name
    for name in ("engagement", "exchange", "trust", "personal_contact", "strength"):
        assert abs(card["scores"][name] - plain[name]) < 1e-5, name
    assert abs(card["churn_risk"] - plain["churn_risk"]) < 1e-5


def _rescore(rules: Rules, customers: int, page: int, aloud: float) -> None:
    each = max(page, ROUND // page * page)
    pages = synthetic_states(customers, as_of=AS_OF, page=page)
    packing: list[float] = []
    judging: list[float] = []
    walls: list[float] = []
    seen, shown, peak = 0, [0] * 4, 0
    pending: list[list[bytes]] = []
    for rows in pages:
        pending.append(rows)
        seen += len(rows)
        if seen % each and seen < customers:
            continue
        if not peak:
            for warm in pending[:WARM_UP]:
                _judge(pack(warm), rules)
        number = sum(map(len, pending))
        packing.append(_cpu(pack, pending)[0] / number)
        cpu, wall = _cpu(lambda rows: _count(_judge(pack(rows), rules), shown), pending)
        judging.append(cpu / number)
        walls.append(wall / number)
        pending.clear()
        last, peak = peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if not last:
            sys.stdout.write(f"peak memory after {seen:,} customers: {peak / 1024:,.0f} MB\n")
    sys.stdout.write(f"peak memory after {seen:,} customers: {peak / 1024:,.0f} MB\n")
    assert sum(shown) == customers, "a customer was not judged"
    _report("packing alone", packing)
    _report("packed and judged", judging)
    _report("… by the wall clock", walls)
    seconds = MILLION * sum(judging) / len(judging)
    verdict = "met" if seconds < MUST_SECONDS else "MISSED"
    further = "met" if seconds < STRETCH_SECONDS else "missed"
    sys.stdout.write(
        f"1,000,000 customers: {seconds:.1f} s of one core (must {MUST_SECONDS:.0f} s: {verdict}; stretch "
        f"{STRETCH_SECONDS:.0f} s: {further}); {aloud * MILLION / seconds:,.0f} times as fast as read aloud\n"
    )


def _judge(arrays: Arrays, rules: Rules) -> Columns:
    return score(arrays, AS_OF, rules.policy, rules.thresholds)


def _count(columns: Columns, shown: list[int]) -> None:
    """Look at an answer, so that every page is known to have one."""
    for segment in columns.segment.tolist():
        shown[segment] += 1


def _cpu(work: Callable[[list[bytes]], object], pages: Sequence[list[bytes]]) -> tuple[float, float]:
    """CPU and wall seconds of some work over pages."""
    cpu, wall = time.process_time(), time.perf_counter()
    for rows in pages:
        work(rows)
    return time.process_time() - cpu, time.perf_counter() - wall


def _report(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(1e6 * each for each in seconds)
    middle = ordered[len(ordered) // 2]
    sys.stdout.write(f"{name:22} {middle:6.1f} us a customer ({ordered[0]:.1f} to {ordered[-1]:.1f})\n")
