"""GET /v1/customers: which customers stand where?"""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from common.http.freshness import CurrentFreshness
from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers import CustomersAnswer
from scoring.api.asking import Day, Deployed
from scoring.usecases.list_customers import list_customers
from scoring.usecases.list_customers_on import position_of

router = APIRouter()

Sort = Literal[
    "customer",
    "-customer",
    "care_priority",
    "-care_priority",
    "strength",
    "-strength",
    "churn_risk",
    "-churn_risk",
    "recency_days",
    "-recency_days",
    "frequency",
    "-frequency",
    "monetary_minor",
    "-monetary_minor",
]


@router.get("/v1/customers")
async def get_customers(
    paging: Paging,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    segment: Literal["churned", "potential", "active", "high_value"] | None = None,
    tier: Literal["distant", "brand", "face_to_face", "intimate"] | None = None,
    stage: Literal["initial_contact", "trust_building", "loyalty", "long_term"] | None = None,
    status: Literal["active", "dormant", "lost", "reactivated"] | None = None,
    churn_band: Literal["low", "medium", "high"] | None = None,
    key_account: bool | None = None,
    sort: Annotated[Sort, Query(description="`-` for falling; unknown values last")] = "-monetary_minor",
    as_of: Day = None,
) -> CustomersAnswer:
    """Customers by their shown dimensions, as of each one's last evaluation; with `as_of` judged anew for that day."""
    filters: dict[str, str | bool | None] = {
        "segment": segment,
        "tier": tier,
        "stage": stage,
        "status": status,
        "churn_band": churn_band,
        "key_account": key_account,
    }
    name = f"customers {sort} {filters} {as_of}"
    after = paging.after(name, tuple[float | None, str])
    rows = await list_customers(
        connection,
        {key: value for key, value in filters.items() if value is not None},
        sort=sort,
        after=after,
        limit=paging.limit + 1,
        as_of=as_of,
        deployment=deployment,
    )
    page = paging.page(name, rows, lambda row: position_of(row, sort))
    page["data"] = [asdict(row) for row in page["data"]]
    rest = {"currency": deployment.currency, "as_of": as_of or deployment.today(), "freshness": freshness}
    return CustomersAnswer.model_validate({**page, **rest})
