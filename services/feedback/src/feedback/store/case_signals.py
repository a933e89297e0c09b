"""What was heard that belongs to cases? Signals, each once by (source, id), complaints told to be resolved, notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Cause, Severity
from feedback.domain.case_signal import CaseSignal, ComplaintResolution
from feedback.store.text_seal import TextSeal

_KNOWN = text(
    """
    SELECT source, id FROM case_signal
    JOIN unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS told(source, id) USING (source, id)
    """
)
_ADD = text(
    """
    INSERT INTO case_signal (source, id, case_number, customer, at, cause, severity, touchpoint, order_id, ticket_id,
                             complaint_id)
    VALUES (:source, :id, :case_number, :customer, :at, :cause, :severity, :touchpoint, :order_id, :ticket_id,
            :complaint_id)
    """
)
_READ = text(
    """
    SELECT case_number, source, id, customer, at, cause, severity, touchpoint, order_id, ticket_id, complaint_id
    FROM case_signal WHERE case_number = ANY(:numbers) ORDER BY at, source, id
    """
)
_ADD_RESOLUTION = text(
    """
    INSERT INTO complaint_resolution (source, id, customer, at, complaint_id, case_id, about)
    VALUES (:source, :id, :customer, :at, :complaint_id, :case_id, :about) ON CONFLICT DO NOTHING
    """
)
_READ_RESOLUTIONS = text(
    """
    SELECT source, id, customer, at, complaint_id, case_id, about FROM complaint_resolution
    WHERE customer = ANY(:ids) ORDER BY at, source, id
    """
)

_NOTE_ID = text("SELECT nextval(pg_get_serial_sequence('case_note', 'id'))")
_ADD_NOTE = text(
    "INSERT INTO case_note (id, case_number, at, author, sealed) OVERRIDING SYSTEM VALUE "
    "VALUES (:id, :number, :at, :author, :sealed)"
)
_READ_NOTES = text("SELECT id, at, author, sealed FROM case_note WHERE case_number = :number ORDER BY at, id")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """What a staff member (`author`: the key's name) wrote."""

    at: datetime
    author: str
    text: str


async def known_signals(connection: AsyncConnection, signals: Sequence[CaseSignal]) -> set[tuple[str, str]]:
    """The (source, id) of those that had their effect already."""
    told = {"sources": [one.source for one in signals], "ids": [one.id for one in signals]}
    return {(source, id_) for source, id_ in await connection.execute(_KNOWN, told)}


async def add_signals(connection: AsyncConnection, signals: Sequence[tuple[int, CaseSignal]]) -> None:
    """Attach signals to cases by their number."""
    if signals:
        rows = [{"case_number": number} | _row(signal) for number, signal in signals]
        await connection.execute(_ADD, rows)


async def read_signals(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, list[CaseSignal]]:
    """The signals of some cases, oldest first."""
    found: dict[int, list[CaseSignal]] = {number: [] for number in numbers}
    for row in (await connection.execute(_READ, {"numbers": list(found)})).mappings():
        told = dict(row)
        found[told.pop("case_number")].append(_signal(told))
    return found


async def add_complaint_resolutions(connection: AsyncConnection, told: Sequence[ComplaintResolution]) -> None:
    """Keep what was told to be resolved: its complaint may be heard later."""
    if told:
        rows = [{name: getattr(one, name) for name in ComplaintResolution.__slots__} for one in told]
        await connection.execute(_ADD_RESOLUTION, rows)


async def read_complaint_resolutions(connection: AsyncConnection, ids: Iterable[str]) -> list[ComplaintResolution]:
    """Whatever was told to be resolved of some ids, oldest first."""
    rows = await connection.execute(_READ_RESOLUTIONS, {"ids": sorted(set(ids))})
    return [ComplaintResolution(**row) for row in rows.mappings()]


async def add_note(connection: AsyncConnection, number: int, note: CaseNote, seal: TextSeal) -> None:
    """Add a note to a case."""
    id_: int = (await connection.execute(_NOTE_ID)).scalar_one()
    sealed = seal.seal(note.text.encode(), _note_row(id_))
    row = {"id": id_, "number": number, "at": note.at, "author": note.author, "sealed": sealed}
    await connection.execute(_ADD_NOTE, row)


async def read_notes(connection: AsyncConnection, number: int, seal: TextSeal) -> list[CaseNote]:
    """The notes of a case, oldest first."""
    rows = await connection.execute(_READ_NOTES, {"number": number})
    return [
        CaseNote(at=at, author=author, text=seal.open(sealed, _note_row(id_)).decode())
        for id_, at, author, sealed in rows
    ]


def _note_row(id_: int) -> str:
    return f"case_note/{id_}"


def _row(signal: CaseSignal) -> dict[str, object]:
    return {name: getattr(signal, name) for name in CaseSignal.__slots__}


def _signal(row: Mapping[str, Any]) -> CaseSignal:
    return CaseSignal(**{**row, "cause": Cause(row["cause"]), "severity": Severity(row["severity"])})
