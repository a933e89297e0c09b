"""Which cases are there? One row a case; the state of each lies in `domain/case.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case, CaseState, Cause, Resolution, Severity

COLUMNS: Final = tuple(field.name for field in fields(Case))
_NAMES: Final = ", ".join(COLUMNS)
_CHANGING: Final = tuple(
    name for name in COLUMNS if name not in ("number", "customer", "about", "cause", "touchpoint", "opened_at")
)

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('case ' || customer, 0)) "
    "FROM unnest(CAST(:customers AS text[])) WITH ORDINALITY AS told(customer, place) ORDER BY place"
)
_NUMBERS = text(
    "SELECT nextval(pg_get_serial_sequence('customer_case', 'number')) FROM generate_series(1, CAST(:count AS int))"
)
_INSERT = text(
    f"INSERT INTO customer_case ({_NAMES}) OVERRIDING SYSTEM VALUE "  # noqa: S608 - the columns of Case
    f"VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
)
_UPDATE = text(
    f"UPDATE customer_case SET {', '.join(f'{name} = :{name}' for name in _CHANGING)} "  # noqa: S608 - as above
    "WHERE number = :number"
)
_READ = text(
    f"SELECT {_NAMES} FROM customer_case WHERE number = ANY(:numbers) ORDER BY number FOR UPDATE"  # noqa: S608
)
_READ_UNCLOSED = text(
    f"SELECT {_NAMES} FROM customer_case "  # noqa: S608 - as above
    "WHERE customer = ANY(:ids) AND state <> 'closed' ORDER BY number FOR UPDATE"
)

_READ_ONE = text(f"SELECT {_NAMES} FROM customer_case WHERE number = :number")  # noqa: S608 - as above


async def lock_cases_of(connection: AsyncConnection, customers: Iterable[str]) -> None:
    """Let nobody else open or reopen cases of these canonical customers until the transaction ends."""
    await connection.execute(_LOCK, {"customers": sorted(set(customers))})


async def take_numbers(connection: AsyncConnection, count: int) -> list[int]:
    """Numbers for new cases."""
    return list((await connection.execute(_NUMBERS, {"count": count})).scalars())


async def add_cases(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    """Store new cases."""
    if cases:
        await connection.execute(_INSERT, [_row(case, COLUMNS) for case in cases])


async def save_cases(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    """Store what changed of known cases."""
    if cases:
        await connection.execute(_UPDATE, [_row(case, ("number", *_CHANGING)) for case in cases])


async def read_cases_locked(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, Case]:
    """Those of the numbers that are cases, their rows locked until the transaction ends."""
    rows = await connection.execute(_READ, {"numbers": sorted(set(numbers))})
    return {row["number"]: case_of(row) for row in rows.mappings()}


async def read_case(connection: AsyncConnection, number: int) -> Case | None:
    """One case as it is, not locked."""
    row = (await connection.execute(_READ_ONE, {"number": number})).mappings().one_or_none()
    return None if row is None else case_of(row)


async def read_unclosed_cases(connection: AsyncConnection, ids: Iterable[str]) -> list[Case]:
    """The cases of some ids that are not closed, their rows locked."""
    rows = await connection.execute(_READ_UNCLOSED, {"ids": sorted(set(ids))})
    return [case_of(row) for row in rows.mappings()]


def case_of(row: Mapping[Any, Any]) -> Case:
    """A row of the table as a case."""
    told = {name: row[name] for name in COLUMNS}
    resolution: str | None = told["resolution"]
    return Case(
        **told
        | {
            "cause": Cause(told["cause"]),
            "severity": Severity(told["severity"]),
            "state": CaseState(told["state"]),
            "resolution": None if resolution is None else Resolution(resolution),
        }
    )


def _row(case: Case, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(case, name) for name in names}
