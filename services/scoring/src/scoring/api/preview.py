"""POST /v1/scores/preview: what would the card of somebody with these interactions be?"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from common.http.transaction import Connection
from scoring.api.answers import Card
from scoring.api.asking import Day, Deployed
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.preview_card import MOST_INTERACTIONS, preview_card

router = APIRouter()


class PreviewQuestion(BaseModel):
    """`policy`: a version or a whole policy. `thresholds`: a version, or an object whose missing members are fixed."""

    interactions: Annotated[list[dict[str, Any]], Field(max_length=MOST_INTERACTIONS)]
    as_of: Day = None
    policy: str | dict[str, Any] | None = None
    thresholds: str | dict[str, Any] | None = None


@router.post("/v1/scores/preview")
async def post_preview(asked: PreviewQuestion, connection: Connection, deployment: Deployed) -> Card:
    """The card, stored nowhere."""
    rules = await choose_rules(connection, policy=asked.policy, thresholds=asked.thresholds, deployment=deployment)
    card = await asyncio.to_thread(
        preview_card,
        asked.interactions,
        as_of=asked.as_of or deployment.today(),
        rules=rules,
        deployment=deployment,
    )
    return Card.model_validate(card)
