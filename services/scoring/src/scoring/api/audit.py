"""GET /v1/audit: do log, ledger, states and outbox agree, and what was repaired?"""

from fastapi import APIRouter

from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers_audit import AuditAnswer
from scoring.store.audit import list_findings, list_runs, read_places

router = APIRouter()


@router.get("/v1/audit")
async def get_audit(paging: Paging, connection: Connection) -> AuditAnswer:
    """What the hourly audits found."""
    before = paging.after("audit", tuple[int])
    rows = await list_findings(connection, before=before[0] if before else None, limit=paging.limit + 1)
    page = paging.page("audit", rows, lambda row: (row["number"],))
    places = list((await read_places(connection)).values())
    return AuditAnswer.model_validate({**page, "runs": await list_runs(connection), "places": places})
