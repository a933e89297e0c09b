"""What does the arbiter say to some claimed occasions, and what follows from it? Decisions, actions, tasks, facts.

The customers are locked by the caller. Each answer counts for the next one, as if it were stored already.
"""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.answered import Answered, answer
from engagement.domain.own_action import OPERATOR
from engagement.domain.playbook import Playbook, Step
from engagement.domain.reasons import Answer
from engagement.store.actions import Action, add_actions
from engagement.store.contacts import Unions
from engagement.store.decisions import Claimed, Decided, write_decisions
from engagement.usecases.choose_playbooks import choose_playbooks
from engagement.usecases.create_tasks import create_tasks
from engagement.usecases.deployment import Deployment
from engagement.usecases.load_rules import load_rules
from engagement.usecases.load_standings import load_standings
from engagement.usecases.open_goals import open_goals
from engagement.usecases.publish_care import decided_fact, publish_care

DECISIONS = Counter("guanxi_decisions_total", "What the arbiter said", ["playbook", "decision", "reason"])


async def answer_occasions(
    connection: AsyncConnection, claimed: Sequence[Claimed], unions: Unions, *, deployment: Deployment, now: datetime
) -> list[Decided]:
    """Decide, write and publish; in the order in which the occasions competed."""
    current = await deployment.policies.current(connection)
    playbooks = await choose_playbooks(connection, [one.occasion for one in claimed], deployment.policies)
    rules = await load_rules(connection, current, deployment, now)
    standings = await load_standings(
        connection, unions, answered=playbooks.values(), live=current.playbooks.values(), rules=rules, now=now
    )
    decided: list[Decided] = []
    actions: list[tuple[Action, Step]] = []
    for one in sorted(claimed, key=lambda one: _order(one, playbooks[one.id])):
        customer = unions.owners[one.occasion.customer]
        answered = answer(one.occasion, playbooks[one.id], standings[customer], rules, now, arm=one.arm)
        standings[customer] = answered.standing
        decided.append(_decided(one.id, answered, playbooks[one.id]))
        if answered.decision.answer is Answer.SEND:
            actions.append((_action(one.id, answered, playbooks[one.id], now), answered.step))
    await _write(connection, decided, actions, deployment=deployment, now=now)
    occasions = {one.id: one.occasion for one in claimed}
    assigned = [one.id for one in decided if one.decision.answer in (Answer.SEND, Answer.HOLD_OUT)]
    await open_goals(connection, [(id_, occasions[id_], playbooks[id_]) for id_ in assigned], now=now)
    return decided


def _order(one: Claimed, playbook: Playbook) -> tuple[int, datetime, int]:
    return -playbook.priority, one.occasion.due_at, one.id


def _decided(id_: int, answered: Answered, playbook: Playbook) -> Decided:
    facts = answered.occasion.facts
    return Decided(
        id=id_,
        customer=answered.occasion.customer,
        playbook=_shown(playbook),
        purpose=playbook.purpose,
        kind=answered.step.kind,
        decision=answered.decision,
        case_id=facts.get("case_id"),
        request_id=facts.get("request_id"),
    )


def _action(id_: int, answered: Answered, playbook: Playbook, now: datetime) -> Action:
    occasion, step, decision = answered.occasion, answered.step, answered.decision
    by_staff = step.task_kind is not None
    return Action(
        id=id_,
        customer=occasion.customer,
        playbook=_shown(playbook),
        version=playbook.version,
        step=step.index,
        purpose=playbook.purpose,
        kind=step.kind,
        task_kind=step.task_kind,
        channel=decision.channel,
        template=decision.template or step.template,
        language=answered.standing.language,
        priority=playbook.priority,
        family=playbook.family,
        tone=playbook.tone,
        state="awaiting_staff" if by_staff else "waiting",
        planned_at=now,
        valid_until=occasion.valid_until,
        next_try_at=None if by_staff else now,
        case_id=occasion.facts.get("case_id"),
        request_id=occasion.facts.get("request_id"),
        experiment=decision.experiment,
        arm=decision.arm,
    )


def _shown(playbook: Playbook) -> str | None:
    return None if playbook.name == OPERATOR else playbook.name


async def _write(
    connection: AsyncConnection,
    decided: Sequence[Decided],
    sent: Sequence[tuple[Action, Step]],
    *,
    deployment: Deployment,
    now: datetime,
) -> None:
    raw = await driver(connection)
    ids = await write_decisions(raw, decided, now=now)
    await add_actions(raw, [action for action, _ in sent])
    told = [one for one in decided if one.request_id or one.decision.answer in (Answer.SEND, Answer.HOLD_OUT)]
    facts = [decided_fact(one, one.decision, ids[one.id]) for one in told]
    await publish_care(connection, facts, at=now, partitions=deployment.partitions)
    await create_tasks(connection, sent, deployment=deployment, now=now)
    for one in decided:
        DECISIONS.labels(one.playbook or OPERATOR, one.decision.answer, one.decision.reason or "").inc()
