"""What would the card of somebody with these interactions be? Stored nowhere."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec

from common.contracts.check import SchemaBroken, check_interaction, check_time
from common.errors import Malformed
from scoring.domain.card import Cards, score
from scoring.domain.policy.rules import Rules
from scoring.domain.portrait.portrait import Around
from scoring.domain.portrait.read_past import read_past
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction, replay
from scoring.usecases.deployment import Deployment
from scoring.usecases.draw_portrait import portray
from scoring.usecases.read_cards import completed

MOST_INTERACTIONS: Final = 2500
NOBODY: Final = "preview"


class InteractionMalformed(Malformed):
    """One of the interactions breaks the schema; `pointer` names the place."""

    code = "schema"


class _Told(msgspec.Struct, kw_only=True, frozen=True):
    """A canonical event; what only names it may be left out."""

    type: str
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: dict[str, Any] = {}
    source: str = NOBODY
    id: str | None = None
    subject: str = NOBODY


def preview_card(
    interactions: Sequence[dict[str, Any]],
    *,
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> dict[str, Any]:
    """The card of the first one's subject; the rest of the base is not in it.

    Raises InteractionMalformed, EventMalformed.
    """
    events = read_interactions(interactions)
    id_ = events[0].subject if events else NOBODY
    state = replay(events, rules.policy, deployment.setting)
    columns = score(pack_states([state]), as_of, rules.policy, rules.thresholds)
    past = read_past(events, day_number(as_of), rules.policy, deployment.setting)
    drawn = portray(past, columns, rules=rules, around=Around(), deployment=deployment)
    return completed(Cards(columns, deployment.currency).card(0, id_), state, drawn)


def read_interactions(items: Sequence[dict[str, Any]]) -> list[Interaction]:
    """Canonical events as the domain knows them; checked as ingest checks. Raises InteractionMalformed."""
    told = [_read(number, one) for number, one in enumerate(items)]
    return [
        Interaction(
            type=one.type,
            data=one.data,
            time=one.time,
            source=one.source,
            id=one.id or f"{NOBODY}-{number}",
            subject=one.subject,
        )
        for number, one in enumerate(told)
    ]


def _read(number: int, item: dict[str, Any]) -> _Told:
    try:
        told = msgspec.convert(item, _Told)
        check_time(told.time)
        if not told.source.startswith("guanxi."):
            check_interaction(told.type, told.data)
    except msgspec.ValidationError as err:
        raise InteractionMalformed(f"Interaction {number}: {err}", pointer=f"/interactions/{number}") from err
    except SchemaBroken as err:
        raise InteractionMalformed(err.message, pointer=f"/interactions/{number}{err.data['pointer']}") from err
    return told
