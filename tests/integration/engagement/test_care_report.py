"""Does the care report count every occasion once, by what was decided last, and say what waits?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.support.care import HELLO, add_occasion, decide_all, meet, put_playbook

from common.database import Database
from engagement.store.care_counts import AnswerCount, TaskCount
from engagement.usecases.report_care import report_care

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_occasions_are_counted_by_their_last_answer_from_a_day_on(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        for customer in ("ann", "bob"):
            await meet(connection, customer, NOON - DAY)
            await add_occasion(connection, "hello", customer, NOON)
        await meet(connection, "cat", NOON - DAY, purposes=())
        await add_occasion(connection, "hello", "cat", NOON)
        await add_occasion(connection, "hello", "cat", datetime.now(UTC) + DAY, key="not due yet")
        before = await report_care(connection, first_day=date(2026, 11, 20), today=date(2026, 11, 20), zone=SHANGHAI)
    assert (before.answers, before.under_way) == ([], 3)
    await decide_all(database, NOON)
    async with database.transaction() as connection:
        report = await report_care(connection, first_day=date(2026, 11, 20), today=date(2026, 11, 20), zone=SHANGHAI)
        later = await report_care(connection, first_day=date(2026, 11, 21), today=date(2026, 11, 21), zone=SHANGHAI)
    assert report.answers == [
        AnswerCount(playbook="hello", answer="send", reason=None, state="waiting", n=2),
        AnswerCount(playbook="hello", answer="skip", reason="no_consent", state=None, n=1),
    ]
    assert report.tasks == TaskCount(open=0, due=0, done=0, missed=0)
    assert report.under_way == 2, "two messages wait to be sent"
    assert later.answers == []
