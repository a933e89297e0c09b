"""What was decided about one occasion, step by step, and what was tried?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from engagement.store.answers import (
    AnsweredOccasion,
    PastAttempt,
    PastDecision,
    read_answer,
    read_attempts,
    read_decisions,
)

_NAME: Final = re.compile(r"act_([1-9][0-9]{0,17})")
_MOST: Final = 100


class UnknownAction(Absent):
    """Nothing was decided under that id."""

    code = "unknown_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStory:
    """The last answer, all decisions (newest first) and all tries (oldest first)."""

    answered: AnsweredOccasion
    decisions: Sequence[PastDecision]
    attempts: Sequence[PastAttempt]


def action_number(name: str) -> int:
    """9 of `act_9`. Raises UnknownAction."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise UnknownAction(f"There is no action {name}.")
    return int(found[1])


async def read_action(connection: AsyncConnection, id_: int) -> ActionStory:
    """Everything about one answered occasion. Raises UnknownAction."""
    answered = await read_answer(connection, id_)
    if answered is None:
        raise UnknownAction(f"There is no action act_{id_}.")
    return ActionStory(
        answered=answered,
        decisions=await read_decisions(connection, occasion=id_, limit=_MOST),
        attempts=await read_attempts(connection, id_),
    )
