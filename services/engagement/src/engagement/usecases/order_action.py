"""May an operator's own action go out? It comes before the same arbiter as everything else, at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from common.database import driver
from common.errors import Malformed
from engagement.domain.occasion import Occasion
from engagement.domain.own_action import OPERATOR
from engagement.domain.playbook import ActionKind, Purpose, Tone
from engagement.domain.template_choice import choose_template
from engagement.store.answers import AnsweredOccasion
from engagement.store.contacts import lock_customers
from engagement.store.decisions import claim_one
from engagement.store.occasions import add_occasions
from engagement.usecases.answer_occasions import answer_occasions
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment
from engagement.usecases.read_action import read_action
from engagement.usecases.read_customer import read_customer

_CLOCK = text("SELECT now()")
_ID = text("SELECT id FROM occasion WHERE playbook = :playbook AND step = 0 AND customer = :customer AND key = :key")


class TemplateUnfit(Malformed):
    """There is no such template, or it is meant for another purpose."""

    code = "template_unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done. `channels` in the order in which they are tried, none for a task."""

    purpose: Purpose
    kind: ActionKind
    template: str
    channels: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN
    task_kind: str | None = None
    role: str | None = None
    due_within_hours: int | None = None
    valid_for_hours: int = 48
    case_id: str | None = None


async def order_action(
    connection: AsyncConnection, own: str, order: Order, *, named: str, deployment: Deployment
) -> AnsweredOccasion:
    """Decide the order now; `named` is how its customer was asked for. Raises UnknownCustomer, TemplateUnfit."""
    customer = (await read_customer(connection, own, named=named)).customer
    _check_template(order, await deployment.policies.current(connection))
    now: datetime = (await connection.execute(_CLOCK)).scalar_one()
    key = str(uuid7())
    await add_occasions(connection, [_occasion(customer, order, key=key, now=now)])
    place = {"playbook": OPERATOR, "customer": customer, "key": key}
    id_: int = (await connection.execute(_ID, place)).scalar_one()
    unions = await lock_customers(connection, [customer])
    claimed = await claim_one(await driver(connection), id_)
    if claimed is not None and customer in unions.owners:
        await answer_occasions(connection, [claimed], unions, deployment=deployment, now=now)
    return (await read_action(connection, id_)).answered


def _check_template(order: Order, current: Current) -> None:
    found = choose_template(current.templates, order.template, "zh")
    if found is None:
        names = sorted({name.partition("/")[2] for name in current.templates})
        raise TemplateUnfit(f"There is no template {order.template}.", pointer="/template", allowed=names)
    if found.purpose is not order.purpose:
        message = f"The template {order.template} is for {found.purpose}, not for {order.purpose}."
        raise TemplateUnfit(message, pointer="/purpose", allowed=[found.purpose])


def _occasion(customer: str, order: Order, *, key: str, now: datetime) -> Occasion:
    own = {
        "purpose": order.purpose,
        "kind": order.kind,
        "template": order.template,
        "channels": list(order.channels),
        "tone": order.tone,
        "task_kind": order.task_kind,
        "role": order.role,
        "due_within_hours": order.due_within_hours,
    }
    facts = {"own": own} if order.case_id is None else {"own": own, "case_id": order.case_id}
    return Occasion(
        id=None,
        playbook=OPERATOR,
        version=0,
        step=0,
        customer=customer,
        key=key,
        at=now,
        due_at=now,
        valid_until=now + timedelta(hours=order.valid_for_hours),
        facts=facts,
    )
