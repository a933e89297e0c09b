"""Which tasks do decided actions give to staff? A row each, with its due window and its script.

A script that cannot be filled is left empty: the task is needed all the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.playbook import Step
from engagement.domain.task import due_window
from engagement.domain.template import MissingVariable, TemplateFailed, render_template
from engagement.domain.template_choice import choose_template
from engagement.domain.template_variables import variables_for
from engagement.store.actions import Action
from engagement.store.contacts import read_unions
from engagement.store.message_facts import Recipient, read_facts, read_recipients
from engagement.store.tasks import NewTask, add_tasks
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment
from engagement.usecases.publish_tasks import publish_tasks

log = structlog.get_logger()


async def create_tasks(
    connection: AsyncConnection,
    decided: Sequence[tuple[Action, Step]],
    *,
    deployment: Deployment,
    now: datetime,
) -> None:
    """Create the tasks of those actions that are tasks, which are written already."""
    tasks = [(action, step) for action, step in decided if step.task_kind is not None]
    if not tasks:
        return
    current = await deployment.policies.current(connection)
    facts = await read_facts(connection, [action.id for action, _ in tasks])
    owners = (await read_unions(connection, {action.customer for action, _ in tasks})).owners
    recipients = await read_recipients(connection, owners, today=now.astimezone(deployment.zone).date())
    new = [
        _task(action, step, facts.get(action.id, {}), recipients[owners[action.customer]], current, deployment, now)
        for action, step in tasks
    ]
    created = await add_tasks(connection, new)
    await publish_tasks(connection, "created", created, at=now, partitions=deployment.partitions)


def _task(
    action: Action,
    step: Step,
    facts: Mapping[str, Any],
    recipient: Recipient,
    current: Current,
    deployment: Deployment,
    now: datetime,
) -> NewTask:
    opens_at, due_at = due_window(
        now,
        within=step.due_within,
        work=current.calendar.work_time,
        zone=deployment.zone,
        contact_due_at=_contact_due_at(facts),
    )
    due_at = max(opens_at, min(due_at, action.valid_until))
    return NewTask(
        action_id=action.id,
        customer=action.customer,
        kind=step.task_kind or "",
        role=step.role or "",
        opens_at=opens_at,
        due_at=due_at,
        script=_script(action, facts, recipient, current, deployment, due_at),
    )


def _contact_due_at(facts: Mapping[str, Any]) -> datetime | None:
    told = (facts.get("data") or {}).get("contact_due_at")
    return None if told is None else datetime.fromisoformat(told)


def _script(
    action: Action,
    facts: Mapping[str, Any],
    recipient: Recipient,
    current: Current,
    deployment: Deployment,
    due_at: datetime,
) -> str:
    template = choose_template(current.templates, action.template, action.language)
    if template is None:
        return ""
    variables = variables_for(
        shop=deployment.shop,
        language=template.name.partition("/")[0],
        zone=deployment.zone,
        profile=recipient.profile,
        facts=facts,
        card=recipient.card,
        preferences=recipient.preferences,
        due_at=due_at,
    )
    try:
        return render_template(template, variables).text
    except (MissingVariable, TemplateFailed) as error:
        log.warning("script_empty", template=template.name, reason=error.reason)
        return ""
