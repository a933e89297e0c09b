"""What would the card of somebody with these interactions be? Stored nowhere."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec

from common.contracts.check import SchemaBroken, check_interaction, check_time
from common.errors import Malformed
from scoring.domain.replay import Interaction, replay
from scoring.domain.rules import Rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.read_cards import read_cards

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
    """The card of the first one's subject. Raises InteractionMalformed, EventMalformed."""
    told = [_read(number, one) for number, one in enumerate(interactions)]
    events = [
        Interaction(type=one.type, data=one.data, time=one.time, source=one.source, id=one.id or f"{NOBODY}-{number}")
        for number, one in enumerate(told)
    ]
    id_ = told[0].subject if told else NOBODY
    somebody = Customer(id=id_, subjects=[id_], state=replay(events, rules.policy, deployment.setting))
    return read_cards([somebody], as_of=as_of, rules=rules, currency=deployment.currency)[0]


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
