"""Has somebody spoken with the customer? A task of the case reached them, or staff say so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import contact, number_of
from feedback.store.cases import read_cases_locked, save_cases


async def mark_contacted(connection: AsyncConnection, contacts: Sequence[tuple[str, datetime]]) -> None:
    """Note contacts, each a case id with its instant; ids that name no case have no effect."""
    named = [(number, at) for case_id, at in contacts if (number := number_of(case_id)) is not None]
    if not named:
        return
    cases = await read_cases_locked(connection, [number for number, _ in named])
    changed = dict(cases)
    for number, at in named:
        if number in changed:
            changed[number] = contact(changed[number], at)
    await save_cases(connection, [case for number, case in changed.items() if case != cases[number]])
