"""GET /v1/customers/{customer}/transitions: when did what is shown of a relationship change, and why?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from common.http.freshness import CurrentFreshness
from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers_explain import TransitionsAnswer
from scoring.api.asking import NOT_YET, WHEN_APPLIED, AskedCustomer, AsOf
from scoring.store.transitions import list_transitions
from scoring.usecases.tell_transition import tell_transition

router = APIRouter()

Dimension = Literal["segment", "tier", "stage", "status", "key_account", "churn_band"]


@router.get("/v1/customers/{customer}/transitions", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_transitions(
    asked: AskedCustomer,
    as_of: AsOf,
    paging: Paging,
    connection: Connection,
    freshness: CurrentFreshness,
    dimension: Annotated[Dimension | None, Query(description="default: all six")] = None,
    language: Annotated[Literal["en", "zh"], Query(description="of `sentence`; `sentences` holds both")] = "en",
) -> TransitionsAnswer:
    """Changes of what was shown, up to a day, as they were published: newest first, each with its reason."""
    customer = await asked.find()
    name = f"transitions {dimension} {as_of}"
    before = paging.after(name, tuple[int])
    rows = await list_transitions(
        connection,
        customer.subjects,
        dimension=dimension,
        as_of=as_of,
        before=None if before is None else before[0],
        limit=paging.limit + 1,
    )
    page = paging.page(name, rows, lambda row: (row.number,))
    page["data"] = [tell_transition(row, language) for row in page["data"]]
    rest = {"customer": customer.id, "as_of": as_of, "freshness": freshness}
    return TransitionsAnswer.model_validate({**page, **rest})
