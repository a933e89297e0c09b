"""What does a report of the base say in one sentence? English and Chinese; the data decide what is said.

Example: a top fifth that brings 62% reads "flatter than 80/20", one that brings 90% "steeper than 80/20".
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from scoring.domain.counted import counted
from scoring.domain.explain.words_of_categories import VALUE_WORDS
from scoring.domain.reports.flow import Flow
from scoring.domain.reports.lifecycle_matrix import Cell
from scoring.domain.reports.pareto import Pareto
from scoring.domain.reports.recency_histogram import Bin
from scoring.domain.reports.retention import Buyers, again_next_month

CLOSE_TO_80: Final = 0.05
DIMENSION_WORDS: Final = {
    "segment": ("segment", "客户细分"),
    "tier": ("tier", "关系层次"),
    "stage": ("stage", "发展阶段"),
}
LATE_FROM: Final = 180
"""A first day of a bin."""


class Sentence(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


NOBODY: Final = Sentence(en="Nobody is known yet.", zh="目前还没有客户。")
NO_BUYERS: Final = Sentence(en="Nobody has bought yet.", zh="目前还没有人购买。")


def of_shares(dimension: str, counts: Sequence[tuple[str, int, int]]) -> Sentence:
    """The largest group and the one with most money; `counts`: value, customers, money."""
    customers, money = sum(one[1] for one in counts), sum(one[2] for one in counts)
    if not customers:
        return NOBODY
    large, rich = max(counts, key=lambda one: one[1]), max(counts, key=lambda one: one[2])
    share, worth = _percent(large[1], customers), _percent(rich[2], money)
    word = DIMENSION_WORDS[dimension]
    return Sentence(
        en=f"By {word[0]}, the largest group is {VALUE_WORDS[large[0]][0]} ({share} of "
        f"{counted(customers, 'customer', 'customers')}); the most money of 12 months ({worth}) comes from "
        f"{VALUE_WORDS[rich[0]][0]}.",
        zh=f"按{word[1]}看，{customers:,} 位客户中人数最多的（{share}）是{VALUE_WORDS[large[0]][1]}；"
        f"近 12 个月金额最多的（{worth}）来自{VALUE_WORDS[rich[0]][1]}。",
    )


def of_lifecycle(cells: Sequence[Cell]) -> Sentence:
    """The fullest cell and the one with most money."""
    customers, money = sum(cell.customers for cell in cells), sum(cell.monetary_minor for cell in cells)
    if not customers:
        return NOBODY
    full, rich = max(cells, key=lambda cell: cell.customers), max(cells, key=lambda cell: cell.monetary_minor)
    share, worth = _percent(full.customers, customers), _percent(rich.monetary_minor, money)
    return Sentence(
        en=f"The largest group ({share} of {counted(customers, 'customer', 'customers')}) stands in {_cell(full, 0)}; "
        f"the most money of 12 months ({worth}) comes from {_cell(rich, 0)}.",
        zh=f"{customers:,} 位客户中最多的（{share}）处于{_cell(full, 1)}；"
        f"近 12 个月金额最多的（{worth}）来自{_cell(rich, 1)}。",
    )


def of_pareto(found: Pareto) -> Sentence:
    """The true share of the top fifth, and how it compares with 80/20."""
    if found.top_share is None:
        return NO_BUYERS
    share, few = f"{found.top_share:.1%}", _percent(found.customers_of_80_percent, found.customers)
    if abs(found.top_share - 0.8) <= CLOSE_TO_80:
        reading = ("close to 80/20", "接近 80/20")
    elif found.top_share < 0.8:
        reading = ("flatter than 80/20", "比 80/20 更平缓")
    else:
        reading = ("steeper than 80/20", "比 80/20 更集中")
    return Sentence(
        en=f"The top 20% of {counted(found.customers, 'paying customer brings', 'paying customers bring')} {share} of "
        f"the money of 12 months, {reading[0]}; 80% of it comes from {few} of them.",
        zh=f"{found.customers:,} 位付费客户中，前 20% 贡献近 12 个月金额的 {share}，{reading[1]}；"
        f"80% 的金额来自其中 {few} 的客户。",
    )


def of_flow(dimension: str, found: Flow, *, is_alarm: bool) -> Sentence:
    """How many rose, fell and arrived."""
    word = DIMENSION_WORDS[dimension]
    fell = f"{found.falls_share:.1%}"
    alarm = (" That is above the limit.", "已超过警戒线。") if is_alarm else ("", "")
    return Sentence(
        en=f"By {word[0]}, of {counted(found.known_before, 'customer', 'customers')} {found.rises:,} rose and "
        f"{found.falls:,} ({fell}) fell, while {found.arrivals:,} arrived.{alarm[0]}",
        zh=f"按{word[1]}看，{found.known_before:,} 位客户中 {found.rises:,} 位上升，{found.falls:,} 位（{fell}）下降，"
        f"另有 {found.arrivals:,} 位新客户。{alarm[1]}",
    )


def of_retention(found: Buyers) -> Sentence:
    """How many bought on a second day, and how many already in the month after their first."""
    if not found.buyers:
        return NO_BUYERS
    again, next_month = _percent(found.repeaters, found.buyers), again_next_month(found)
    more = (
        ("", "")
        if next_month is None
        else (f"; {next_month:.1%} did so in the month after their first", f"；{next_month:.1%} 在首购次月再次购买")
    )
    return Sentence(
        en=f"{again} of {counted(found.buyers, 'buyer has', 'buyers have')} bought on more than one day{more[0]}.",
        zh=f"{found.buyers:,} 位买家中 {again} 在一天以上购买过{more[1]}。",
    )


def of_recency(bins: Sequence[Bin], warnings: int) -> Sentence:
    """How many have been silent for long, and for how many key accounts it is getting late."""
    customers, money = sum(each.customers for each in bins), sum(each.monetary_minor for each in bins)
    if not customers:
        return NO_BUYERS
    late = [each for each in bins if each.from_days >= LATE_FROM]
    silent = _percent(sum(each.customers for each in late), customers)
    worth = _percent(sum(each.monetary_minor for each in late), money)
    return Sentence(
        en=f"{silent} of {counted(customers, 'buyer has', 'buyers have')} not bought for {LATE_FROM} days or more "
        f"({worth} of the money of 12 months); churn risk is rising for "
        f"{counted(warnings, 'key account', 'key accounts')}.",
        zh=f"{customers:,} 位买家中 {silent} 已有 {LATE_FROM} 天以上未购买（占近 12 个月金额的 {worth}）；"
        f"{warnings:,} 位大客户的流失风险正在上升。",
    )


def _cell(cell: Cell, language: int) -> str:
    between = (", ", "、")[language]
    return f"{VALUE_WORDS[cell.stage][language]}{between}{VALUE_WORDS[cell.segment][language]}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "0.0%"
