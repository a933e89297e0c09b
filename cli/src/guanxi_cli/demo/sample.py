"""What is the sample? A real shop's year: Online Retail, 22,190 invoices of 4,372 customers, as recent as it can be.

The year is moved by the most whole weeks that leave no invoice in the future, so that segments, dormancy and care are
real today and every weekday stays what it was.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from guanxi_cli.importing.mapping import read_mapping
from guanxi_cli.importing.rows import Line, read_lines

FOLDER: Final = Path(__file__).parents[1] / "data"
FILE: Final = FOLDER / "online_retail_invoices.csv.gz"
MAPPING: Final = FOLDER / "online_retail_invoices.mapping.yaml"
LAST_INVOICE: Final = datetime(2011, 12, 9, 12, 50)  # noqa: DTZ001 - local time of whatever zone the deployment is in
EVENTS: Final = 22_190


def whole_weeks(now: datetime) -> timedelta:
    """The shift that brings the last invoice as near to `now` (aware) as whole weeks allow."""
    last = LAST_INVOICE.replace(tzinfo=now.tzinfo)
    return timedelta(weeks=(now - last) // timedelta(weeks=1))


def sample_lines(now: datetime, *, as_recorded: bool) -> Iterator[Line]:
    """The sample's events; `now` is an aware instant in the deployment's zone."""
    shift = timedelta() if as_recorded else whole_weeks(now)
    return read_lines(FILE, read_mapping(MAPPING, now.tzinfo or UTC, shift))
