"""What happens in a trial of the deciders? Transactions of deciders, senders and customers, and a journal of them.

The order of the journal is drawn while the customer is locked, so it is the order in which things took effect.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chaos.deciders_oracle import Sent, Statement
from chaos.deciders_world import BEGIN, PLAYBOOKS, Person, flip, introductions, people, wishes, written
from common.database import Database, is_transient, open_database
from common.events import Event
from engagement.domain.reasons import Answer
from engagement.store.contacts import lock_customers
from engagement.store.documents import add_document
from engagement.store.occasions import add_occasions
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment
from engagement.usecases.mirror_interactions import mirror_interactions
from engagement.usecases.recheck_action import recheck_actions
from engagement.usecases.review_waiting import review_waiting

STEP = timedelta(hours=17)
PAGE = 20
DEATHS = 0.01

_MINE = text(
    """
    SELECT d.occasion_id, d.customer, d.purpose, a.channel FROM decision d JOIN action a ON a.id = d.occasion_id
    WHERE d.id > currval(pg_get_serial_sequence('decision', 'id')) - 20000
      AND d.xmin = pg_current_xact_id()::xid AND d.decision = 'send'
    """
)
_DUE = text(
    "SELECT id, customer, purpose FROM action WHERE state = 'waiting' AND next_try_at <= :now "
    "ORDER BY random() LIMIT 20"
)
_SENT = text("UPDATE action SET state = 'sent', sent_at = :now WHERE id = ANY(:ids)")
_LEFT = text("SELECT EXISTS (SELECT 1 FROM occasion WHERE decide_at <= :now)")
_COUNT = text("SELECT count(*), count(*) FILTER (WHERE decision = 'send') FROM decision")


class Died(RuntimeError):
    """A decider's process ended before its transaction did."""


@dataclass(kw_only=True)
class Trial:
    """One world: what took effect, in its order. The order is drawn while the customer is locked."""

    database: Database
    deployment: Deployment
    everybody: Sequence[Person]
    chance: random.Random
    now: datetime = BEGIN
    order: "itertools.count[int]" = field(default_factory=itertools.count)
    statements: list[Statement] = field(default_factory=list)
    messages: list[Sent] = field(default_factory=list)
    deaths: int = 0
    made: int = 0

    async def decide(self) -> int:
        """One decider's transaction."""
        async with self.database.transaction() as connection:
            taken = await decide_occasions(connection, deployment=self.deployment, limit=PAGE, now=self.now)
            if not taken:
                return 0
            rows = (await connection.execute(_MINE)).all()
            if self.chance.random() < DEATHS:
                raise Died
            told = [self._message(id_, own, purpose, channel, sent=False) for id_, own, purpose, channel in rows]
        self.messages += told
        return taken

    async def send(self) -> int:
        """One sender's transaction: ask again, send what may go."""
        async with self.database.transaction() as connection:
            due = {row[0]: row for row in await connection.execute(_DUE, {"now": self.now})}
            customers = {id_: row[1] for id_, row in due.items()}
            answers = await recheck_actions(connection, customers, deployment=self.deployment, now=self.now)
            going = {id_: one for id_, one in answers.items() if one.answer is Answer.SEND}
            await connection.execute(_SENT, {"now": self.now, "ids": list(going)})
            told = [
                self._message(id_, due[id_][1], due[id_][2], one.channel or "", sent=True) for id_, one in going.items()
            ]
        self.messages += told
        return len(due)

    async def flip(self, person: Person) -> None:
        """Somebody says something about consent, as the consumer hears it."""
        at = self.now + timedelta(microseconds=next(self.order))
        event = flip(person, at, self.chance)
        async with self.database.transaction() as connection:
            await hear(connection, [event], self.deployment, self.now)
            await lock_customers(connection, [event.subject])
            said = event.data["consent"]
            statement = Statement(
                seq=next(self.order),
                id=event.subject,
                purpose=said["purpose"],
                channel=said["channel"],
                granted=event.type == "consent.granted",
                at=at,
            )
        self.statements.append(statement)

    def _message(self, id_: int, own: str, purpose: str, channel: str, *, sent: bool) -> Sent:
        seq = next(self.order)
        return Sent(seq=seq, action=id_, id=own, purpose=purpose, channel=channel, at=self.now, sent=sent)


async def hear(connection: AsyncConnection, events: Sequence[Event], deployment: Deployment, now: datetime) -> None:
    """What the consumer does with events about consent and customers."""
    await mirror_interactions(connection, events)
    await review_waiting(connection, events, deployment=deployment, now=now)


async def live(trial: Trial, *, decisions: int, deciders: int, each_step: int) -> None:
    """Step by step until so many decisions were made."""
    people_ = itertools.cycle(trial.everybody)
    began = time.monotonic()
    while trial.made < decisions:
        async with trial.database.transaction() as connection:
            await add_occasions(connection, list(wishes(trial.everybody, trial.now, each_step, trial.chance)))
        speakers = [next(people_) for _ in range(max(each_step // 4, 1))]
        async with asyncio.TaskGroup() as group:
            for _ in range(deciders):
                group.create_task(_keep_deciding(trial))
            for _ in range(4):
                group.create_task(_keep_sending(trial))
            group.create_task(_speak(trial, speakers))
        async with trial.database.transaction() as connection:
            trial.made, sent = (await connection.execute(_COUNT)).one()
        if trial.now.hour < 17:
            print(
                f"  {trial.now.date()}: {trial.made} decisions, {sent} sends, {time.monotonic() - began:.0f} s",
                flush=True,
            )
        trial.now += STEP


async def _keep_deciding(trial: Trial) -> None:
    while True:
        try:
            if not await trial.decide() and not await _is_left(trial):
                return
        except Died:
            trial.deaths += 1
        except Exception as error:
            if not is_transient(error):
                raise


async def _is_left(trial: Trial) -> bool:
    """Others may still hold what is due."""
    await asyncio.sleep(trial.chance.uniform(0.5, 1.5))
    async with trial.database.transaction() as connection:
        return bool((await connection.execute(_LEFT, {"now": trial.now})).scalar_one())


async def _keep_sending(trial: Trial) -> None:
    while True:
        try:
            if not await trial.send() and not await _is_left(trial):
                return
        except Exception as error:
            if not is_transient(error):
                raise


async def _speak(trial: Trial, speakers: Sequence[Person]) -> None:
    """One after the other; what a busy database refuses is told again, as the consumer does."""
    for person in speakers:
        told = False
        while not told:
            try:
                await trial.flip(person)
                told = True
            except Exception as error:
                if not is_transient(error):
                    raise


async def attempt(url: str, *, customers: int, decisions: int, deciders: int, each_step: int) -> Trial:
    """A trial in an engagement database of its own."""
    database = open_database(url, application="chaos-deciders", pool_size=deciders + 8, command_seconds=60)
    deployment = Deployment(zone=ZoneInfo("Asia/Shanghai"), partitions=6)
    trial = Trial(database=database, deployment=deployment, everybody=people(customers), chance=random.Random(11))
    try:
        async with database.transaction() as connection:
            for name in PLAYBOOKS:
                await add_document(connection, kind="playbook", name=name, written=written(name), author="chaos")
            await hear(connection, list(introductions(trial.everybody)), deployment, BEGIN)
        await live(trial, decisions=decisions, deciders=deciders, each_step=each_step)
    finally:
        await database.close()
    return trial
