"""What does every endpoint need to know of a request? The deployment, the day, the customer, and when to answer."""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, HTTPException, Query, Request
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from common.http.customers import OwnId
from common.http.transaction import Connection, get_database
from common.identity import IdentityKey, read_customer
from scoring.domain.policy.rules import Rules
from scoring.store.erasure import find_erased
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import all_of
from scoring.usecases.find_customer import Customer, find_customer
from scoring.usecases.wait_for_event import wait_for_event

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)

_WRITTEN: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _read_day(sent: object) -> date:
    """Nothing is guessed: a number would pass for seconds since 1970, and an instant for the day of its own zone."""
    if isinstance(sent, str) and _WRITTEN.fullmatch(sent):
        with suppress(ValueError):  # 30 February
            day = date.fromisoformat(sent)
            if FIRST_DAY <= day <= LAST_DAY:
                return day
    raise PydanticCustomError(
        "not_a_day",
        "{sent} is no day to ask for: send YYYY-MM-DD, from {first} to {last}",
        {"sent": f"{sent!r:.40}", "first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()},
    )


LocalDay = Annotated[date, BeforeValidator(_read_day)]
"""A day of the deployment's zone as a request names it."""


def _deployment(request: Request) -> Deployment:
    deployment: Deployment = request.app.state.deployment
    return deployment


def _identity_key(request: Request) -> IdentityKey:
    key: IdentityKey = request.app.state.identity_key
    return key


Deployed = Annotated[Deployment, Depends(_deployment)]
Identity = Annotated[IdentityKey, Depends(_identity_key)]
Day = Annotated[LocalDay | None, Query(description="the local day; later events are ignored; default today")]


def _day(deployment: Deployed, as_of: Day = None) -> date:
    return as_of or deployment.today()


AsOf = Annotated[date, Depends(_day)]


Version = Annotated[str | None, Query(max_length=128, description="a version; default the one in force")]


async def _rules(
    connection: Connection, deployment: Deployed, policy: Version = None, thresholds: Version = None
) -> Rules:
    return await choose_rules(connection, policy=policy, thresholds=thresholds, deployment=deployment)


ChosenRules = Annotated[Rules, Depends(_rules)]


async def _wait(
    request: Request,
    wait_for: Annotated[
        str | None, Query(max_length=1024, description="SOURCE/EVENT_ID: answer when that event has taken effect")
    ] = None,
    timeout: Annotated[float, Query(ge=0, le=30, description="seconds to wait for it, then 202")] = 5.0,
) -> None:
    if wait_for is None or await wait_for_event(get_database(request), wait_for, seconds=timeout):
        return
    if not await _is_erased(request):
        detail = (
            f"Nothing with the id {wait_for} has arrived here yet: ask again. "
            f"GET /v1/events/{quote(wait_for, safe='/:')} at ingest tells whether it was accepted."
        )
        raise HTTPException(202, detail, headers={"Retry-After": "1"})


async def _is_erased(request: Request) -> bool:
    """Whether the path's customer was erased: what is told of it has no effect, however long one waits."""
    named = request.path_params.get("customer")
    if named is None:
        return False
    own = read_customer(named, _identity_key(request))
    async with get_database(request).transaction() as connection:
        return own in await find_erased(connection, all_of([own], _deployment(request)))


WHEN_APPLIED = [Depends(_wait)]
"""Dependencies of a reading route, which run before its transaction opens."""

NOT_YET: dict[int | str, dict[str, Any]] = {
    202: {"description": "The event of `wait_for` has not taken effect yet; see Retry-After"},
    410: {"description": "The customer was erased"},
}


class Asked:
    """The customer of the path, by canonical id or `kind:value`; looked up once the whole request is well formed."""

    def __init__(self, customer: str, own: OwnId, connection: Connection, deployment: Deployed) -> None:
        self._named = customer
        self._own = own
        self._connection = connection
        self._deployment = deployment

    async def find(self) -> Customer:
        """Raises CustomerUnknown, CustomerErased."""
        return await find_customer(self._connection, self._own, named=self._named, deployment=self._deployment)


AskedCustomer = Annotated[Asked, Depends()]
