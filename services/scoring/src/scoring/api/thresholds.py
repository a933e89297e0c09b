"""/v1/thresholds: at which cuts is judged, what did each calibration change, and a new one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from common.http.keys import Principal, get_principal
from common.http.transaction import Connection
from scoring.api.answers_jobs import JobAnswer
from scoring.api.answers_thresholds import ThresholdsAnswer, ThresholdsInFull, ThresholdsRow
from scoring.api.asking import Deployed, LocalDay
from scoring.usecases.ask_calibration import ask_calibration
from scoring.usecases.read_thresholds import read_all_thresholds, read_thresholds

router = APIRouter()


class CalibrationQuestion(BaseModel):
    """As of which day, default today; `dry_run`: report only."""

    model_config = ConfigDict(extra="forbid")

    as_of: LocalDay | None = None
    dry_run: bool = False


@router.get("/v1/thresholds")
async def get_thresholds(connection: Connection, deployment: Deployed) -> ThresholdsAnswer:
    """Every record, newest first, and the policy's own, `fixed`."""
    found = await read_all_thresholds(connection, deployment=deployment)
    rows = [ThresholdsRow.of(record, found.in_force) for record in found.records]
    return ThresholdsAnswer(data=[*rows, ThresholdsRow.of_fixed(found.fixed, found.in_force)])


@router.get("/v1/thresholds/{version}")
async def get_record(version: str, connection: Connection, deployment: Deployed) -> ThresholdsInFull:
    """One record with the report of its calibration."""
    found = await read_thresholds(connection, version, deployment=deployment)
    row = (
        ThresholdsRow.of(found.records[0], found.in_force)
        if found.records
        else ThresholdsRow.of_fixed(found.fixed, found.in_force)
    )
    return ThresholdsInFull(**row.model_dump(), report=found.records[0].report if found.records else None)


@router.post("/v1/thresholds", status_code=202)
async def post_thresholds(
    connection: Connection,
    deployment: Deployed,
    caller: Annotated[Principal, Depends(get_principal)],
    response: Response,
    asked: CalibrationQuestion | None = None,
) -> JobAnswer:
    """Calibrate: a long run, at whose end the record is in force and everybody is judged anew."""
    asked = asked or CalibrationQuestion()
    job = await ask_calibration(
        connection, as_of=asked.as_of, dry_run=asked.dry_run, asked_by=caller.name, deployment=deployment
    )
    response.headers["location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.model_validate(job)
