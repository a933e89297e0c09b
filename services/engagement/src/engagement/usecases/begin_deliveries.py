"""Which claimed actions go out now, and what do they say? Checked again, written as tries, and rendered, at once.

Everything here is one transaction; the messages are sent after it. An action whose text cannot be filled ends with its
reason: nobody gets an empty greeting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.delivery import Message
from engagement.domain.local_time import customer_zone
from engagement.domain.reachability import ADDRESS_OF
from engagement.domain.reasons import Answer, Reason
from engagement.domain.template import MissingVariable, Template, TemplateFailed, render_template
from engagement.domain.template_choice import choose_template
from engagement.domain.template_variables import variables_for
from engagement.store.actions import end_actions
from engagement.store.contacts import read_unions
from engagement.store.deliveries import Begun, Delivery, begin_attempts, read_waiting
from engagement.store.message_facts import Recipient, read_facts, read_recipients
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment
from engagement.usecases.open_lanes import Lanes
from engagement.usecases.publish_care import failed_fact, publish_care
from engagement.usecases.recheck_action import recheck_actions

FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message to send, as try `number` of its action."""

    delivery: Delivery
    number: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """By which version of which template an action speaks."""

    template: Template
    version: int


async def begin_deliveries(
    connection: AsyncConnection,
    claimed: Mapping[int, str],
    deployment: Deployment,
    lanes: Lanes,
    *,
    lease: timedelta,
    now: datetime,
) -> list[Ready]:
    """Recheck some claimed actions (id -> customer) and write the tries of those that go out."""
    answers = await recheck_actions(connection, claimed, deployment=deployment, now=now)
    passed = [id_ for id_, decision in answers.items() if decision.answer is Answer.SEND]
    waiting = [one for one in await read_waiting(connection, passed) if lanes.may_send(one.channel)]
    if not waiting:
        return []
    current = await deployment.policies.current(connection)
    texts = await _texts(connection, waiting, current, deployment)
    facts = await read_facts(connection, [one.id for one in waiting])
    owners = (await read_unions(connection, {one.customer for one in waiting})).owners
    recipients = await read_recipients(connection, owners, today=now.astimezone(deployment.zone).date())
    ready: list[Ready] = []
    refused: dict[int, Reason] = {}
    for one in waiting:
        recipient = recipients[owners[one.customer]]
        made = _message(one, texts.get(one.id), recipient, facts.get(one.id, {}), deployment)
        if isinstance(made, Reason):
            refused[one.id] = made
        else:
            ready.append(Ready(delivery=one, number=one.attempts + 1, message=made))
    await _refuse(connection, waiting, refused, deployment, now)
    await begin_attempts(
        connection, [_begun(one, texts[one.delivery.id], lanes) for one in ready], lease=lease, now=now
    )
    return ready


async def _texts(
    connection: AsyncConnection, waiting: Sequence[Delivery], current: Current, deployment: Deployment
) -> dict[int, _Text]:
    """Action id -> its text: of a retry the version of its first try, else the live one."""
    pinned = {
        one.id: (f"{one.language}/{one.template}", one.template_version)
        for one in waiting
        if one.template_version is not None
    }
    known = await deployment.policies.templates_as_of(connection, set(pinned.values()))
    texts = {id_: _Text(template=known[pair], version=pair[1]) for id_, pair in pinned.items() if pair in known}
    for one in waiting:
        live = choose_template(current.templates, one.template or "", one.language)
        if one.id not in texts and live is not None:
            texts[one.id] = _Text(template=live, version=current.versions["template", live.name])
    return texts


def _message(
    one: Delivery, text: _Text | None, recipient: Recipient, facts: Mapping[str, Any], deployment: Deployment
) -> Message | Reason:
    if text is None or text.template.purpose != one.purpose:
        return Reason.TEMPLATE_FAILED
    language = text.template.name.partition("/")[0]
    variables = variables_for(
        shop=deployment.shop,
        language=language,
        zone=customer_zone(recipient.profile.get("zone"), deployment.zone),
        profile=recipient.profile,
        facts=facts,
        card=recipient.card,
        preferences=recipient.preferences,
    )
    try:
        filled = render_template(text.template, variables)
    except MissingVariable:
        return Reason.MISSING_VARIABLE
    except TemplateFailed:
        return Reason.TEMPLATE_FAILED
    channel = one.channel or ""
    return Message(
        action_id=one.action_id,
        customer=one.customer,
        purpose=one.purpose,
        kind=one.kind,
        channel=channel,
        address=recipient.addresses.get(ADDRESS_OF.get(channel, "")),
        language=language,
        template=one.template or "",
        subject=filled.subject,
        text=filled.text,
        html=filled.html,
    )


async def _refuse(
    connection: AsyncConnection,
    waiting: Iterable[Delivery],
    refused: Mapping[int, Reason],
    deployment: Deployment,
    now: datetime,
) -> None:
    if not refused:
        return
    await end_actions(await driver(connection), {id_: (FAILED, reason) for id_, reason in refused.items()})
    facts = [failed_fact(one, state=FAILED, reason=refused[one.id]) for one in waiting if one.id in refused]
    await publish_care(connection, facts, at=now, partitions=deployment.partitions)


def _begun(ready: Ready, text: _Text, lanes: Lanes) -> Begun:
    message = ready.message
    return Begun(
        id=ready.delivery.id,
        number=ready.number,
        channel=message.channel,
        adapter=lanes[message.channel].adapter.name,
        template=message.template,
        template_version=text.version,
        language=message.language,
    )
