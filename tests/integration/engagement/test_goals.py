"""Is a goal opened with the decision in both arms, met by an event, and closed when its time is over?"""

from datetime import UTC, datetime, timedelta

from tests.support.care import POLICIES, add_occasion, decide_all, meet, put_playbook, rows, told
from tests.support.delivering import facts_of
from tests.support.mirror import identity_fact

from common.aliases import follow_identity_facts
from common.database import Database
from common.events import Event
from engagement.usecases.note_goals import close_goals, note_goals

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CUSTOMERS = [f"customer-{number}" for number in range(40)]
ANN = "ann"
SHIPPED_GOAL = "{event: referral.made, within: 60d}"
GOAL = "{event: order.completed, within: 30d}"


async def decided(database: Database, customers: list[str]) -> dict[str, int]:
    """Thanks decided at noon, with half held out: customer -> occasion."""
    shipped = (POLICIES / "playbooks" / "promoter_thanks.yaml").read_text("utf-8")
    await put_playbook(database, "promoter_thanks", shipped.replace("5%", "50%").replace(SHIPPED_GOAL, GOAL))
    async with database.transaction() as connection:
        occasions = {}
        for customer in customers:
            await meet(connection, customer, NOON - DAY)
            occasions[customer] = await add_occasion(connection, "promoter_thanks", customer, NOON, version=2)
    await decide_all(database, NOON)
    return occasions


async def note(database: Database, *events: Event) -> None:
    async with database.transaction() as connection:
        await note_goals(connection, events, partitions=6)


def order(customer: str, at: datetime) -> Event:
    return told("order.completed", customer, at, amount_minor=9900, currency="CNY")


async def outcomes(database: Database, customer: str) -> list[tuple[str, str | None, int | None]]:
    facts = [fact for fact in await facts_of(database, customer) if fact.type == "care.outcome"]
    return [(fact.data["outcome"], fact.data.get("arm"), fact.data.get("amount_minor")) for fact in facts]


async def test_both_arms_wait_for_the_goal_and_each_meets_it_once(database: Database) -> None:
    occasions = await decided(database, CUSTOMERS)
    arms = {row["customer"]: row["arm"] for row in await rows(database, "SELECT customer, arm FROM occasion")}
    assert set(arms.values()) == {"treated", "control"}
    goals = await rows(database, "SELECT occasion_id, until_at FROM goal ORDER BY occasion_id")
    assert [goal["occasion_id"] for goal in goals] == sorted(occasions.values())
    assert {goal["until_at"] for goal in goals} == {NOON + 30 * DAY}
    orders = [order(customer, NOON + DAY) for customer in CUSTOMERS]
    await note(database, *orders)
    await note(database, *orders)
    for customer in CUSTOMERS:
        assert await outcomes(database, customer) == [("goal_met", arms[customer], 9900)]


async def test_an_order_of_an_alias_meets_its_customers_goal(database: Database) -> None:
    await decided(database, [ANN])
    async with database.transaction() as connection:
        await follow_identity_facts(connection, identity_fact(0, "identity.linked", "old-ann", ANN))
    await note(database, order("old-ann", NOON + DAY))
    assert len(await outcomes(database, ANN)) == 1


async def test_what_comes_before_the_decision_or_after_the_window_meets_nothing(database: Database) -> None:
    await decided(database, [ANN])
    await note(database, order(ANN, NOON), order(ANN, NOON + 30 * DAY + timedelta(seconds=1)))
    assert await outcomes(database, ANN) == []


async def test_a_goal_whose_window_is_over_is_missed_once(database: Database) -> None:
    await decided(database, [ANN])
    closed = []
    for at in (NOON + 30 * DAY, NOON + 31 * DAY, NOON + 31 * DAY):
        async with database.transaction() as connection:
            closed.append(await close_goals(connection, limit=100, now=at, partitions=6))
    assert closed == [0, 1, 0]
    assert [outcome for outcome, _, _ in await outcomes(database, ANN)] == ["goal_missed"]
    await note(database, order(ANN, NOON + DAY))
    assert len(await outcomes(database, ANN)) == 1
