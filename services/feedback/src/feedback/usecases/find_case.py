"""Which case does an id name? Its row is locked: what a request saw is what it changes."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from feedback.domain.case import Case, number_of
from feedback.domain.erasure import CustomerErased, is_erased
from feedback.store.cases import read_case, read_cases_locked


class CaseUnknown(Absent):
    """There is no such case."""

    code = "case_unknown"


async def find_case(connection: AsyncConnection, case_id: str) -> Case:
    """The case of an id such as `case_3`; CaseUnknown where there is none, CustomerErased."""
    number = number_of(case_id)
    found = {} if number is None else await read_cases_locked(connection, [number])
    for case in found.values():
        if is_erased(case.customer):
            raise CustomerErased(f"The customer of {case.case_id} was erased: it can only be read.")
        return case
    raise _unknown()


async def look_at_case(connection: AsyncConnection, case_id: str) -> Case:
    """The same without a lock, for readers."""
    number = number_of(case_id)
    case = None if number is None else await read_case(connection, number)
    if case is None:
        raise _unknown()
    return case


def _unknown() -> CaseUnknown:
    return CaseUnknown("There is no such case: GET /v1/cases lists those there are.")
