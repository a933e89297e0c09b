"""What do the reports of the whole base say? The lifecycle matrix, and in a sentence each the true Pareto share,
retention and recency, asked of scoring over HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guanxi_cli.asking import Service

REPORTS: Final = ("pareto", "retention", "recency", "lifecycle-matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stage: its customers and its share of the money, by segment."""

    stage: str
    customers: Sequence[int]
    monetary_shares: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """`matrix` has a row a stage and a column a segment, highest first; `sentences` are those of REPORTS."""

    segments: Sequence[str]
    matrix: Sequence[Row]
    sentences: Sequence[str]


async def read_base(scoring: Service) -> Base:
    """Ask scoring, and let it count the base, which it does daily. Problem when it refuses."""
    await scoring.post("/v1/reports/base-count", {})
    reports = {name: await scoring.get(f"/v1/reports/{name}") for name in REPORTS}
    cells = reports["lifecycle-matrix"]["data"]
    return Base(
        segments=list(dict.fromkeys(cell["segment"] for cell in cells)),
        matrix=[_row(stage, cells) for stage in dict.fromkeys(cell["stage"] for cell in cells)],
        sentences=[report["sentence"]["en"] for report in reports.values()],
    )


def _row(stage: str, cells: Sequence[Mapping[str, Any]]) -> Row:
    of_it = [cell for cell in cells if cell["stage"] == stage]
    return Row(
        stage=stage,
        customers=[cell["customers"] for cell in of_it],
        monetary_shares=[cell["monetary_share"] for cell in of_it],
    )
