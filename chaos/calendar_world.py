"""Who lives through the simulated years, and when must whose care be due? A plain model, apart from the planner's.

Days come from the standard library and the reference table of festivals, instants from trying every quarter of an hour.
Worked example: 02:00 on 2027-03-14 in New York does not exist; the first quarter from 07:00 UTC on shows a wall clock
that is not before it.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FESTIVALS = Path(__file__).parents[1] / "tests" / "data" / "china_festivals_2026_2030.csv"
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Auckland",
)
GREETED = ("spring_festival", "mid_autumn")
LUNAR_DAYS = {(8, 15): "mid_autumn", (5, 5): "dragon_boat", (7, 7): "qixi", (9, 9): "double_ninth", (12, 8): "laba"}
"""Lunar birthdays that are festivals, so that the table tells their solar days."""

BIRTHDAY_HOUR, FESTIVAL_HOUR, ANNIVERSARY_HOUR = 2, 9, 15
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)

PLAYBOOKS = (
    f"""
name: simulated_birthday
purpose: service
safety: true
priority: 50
when: {{calendar: {{event: birthday, hour: {BIRTHDAY_HOUR}}}}}
do: [{{message: {{template: hello, channels: [email]}}}}]
valid_for: 20h
""",
    f"""
name: simulated_festival
purpose: service
safety: true
priority: 50
when: {{calendar: {{event: festival, names: [{", ".join(GREETED)}], hour: {FESTIVAL_HOUR}}}}}
do: [{{message: {{template: hello, channels: [email]}}}}]
valid_for: 20h
""",
    f"""
name: simulated_anniversary
purpose: service
safety: true
priority: 50
when: {{calendar: {{event: anniversary, names: [first_purchase], hour: {ANNIVERSARY_HOUR}}}}}
do: [{{message: {{template: hello, channels: [email]}}}}]
valid_for: 20h
""",
)

Key = tuple[str, str, str]
"""Customer, playbook, occasion key (which names the year)."""


@dataclass(frozen=True, kw_only=True)
class Born:
    month: int
    day: int
    lunar: bool = False


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of somebody from an instant on."""

    since: datetime
    zone: str
    birthday: Born


@dataclass(kw_only=True)
class Person:
    """Somebody with the states that they go through."""

    customer: str
    first_purchase: datetime
    states: list[State] = field(default_factory=list)


def people(count: int, *, begin: datetime, end: datetime, seed: int) -> list[Person]:
    """Everybody, spread over the zones; every third moves to another zone or corrects the birthday once in a while."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        state = State(since=begin, zone=ZONES[number % len(ZONES)], birthday=_birthday(chance))
        person = Person(
            customer=f"c-{number:05}",
            first_purchase=begin - chance.randrange(400, 2000) * DAY + chance.randrange(96) * QUARTER,
            states=[state],
        )
        if number % 3 == 0:
            days = sorted(chance.sample(range(10, (end - begin).days - 10), 2))
            for day in days:
                since = begin + day * DAY + chance.randrange(24) * timedelta(hours=1) + timedelta(minutes=7)
                moved = replace(person.states[-1], since=since, zone=chance.choice(ZONES))
                person.states.append(replace(moved, birthday=_birthday(chance)) if chance.random() < 0.5 else moved)
        found.append(person)
    return found


def _birthday(chance: random.Random) -> Born:
    if chance.random() < 0.3:
        month, day = chance.choice(sorted(LUNAR_DAYS))
        return Born(month=month, day=day, lunar=True)
    if chance.random() < 0.2:
        return Born(month=2, day=29)
    born = date(2024, 1, 1) + chance.randrange(366) * DAY
    return Born(month=born.month, day=born.day)


def expected(everybody: Sequence[Person], *, begin: datetime, end: datetime) -> dict[Key, datetime]:
    """Key -> when it must fire: once, as its first state that is due and valid says."""
    table = _festivals()
    fires: dict[Key, datetime] = {}
    for person in everybody:
        states = [*person.states, replace(person.states[-1], since=end)]
        for state, until in zip(person.states, (one.since for one in states[1:]), strict=True):
            for key, due_at, over_at in _occasions(person, state, table):
                at = max(due_at, state.since)
                if begin <= at < min(until, over_at):
                    fires.setdefault(key, at)
    return fires


def _occasions(
    person: Person, state: State, table: dict[tuple[str, int], date]
) -> Iterator[tuple[Key, datetime, datetime]]:
    zone = ZoneInfo(state.zone)
    born = state.birthday
    bought_on = person.first_purchase.astimezone(zone).date()
    for year in range(2026, 2031):
        lunar = LUNAR_DAYS.get((born.month, born.day), "")
        born_on = table[lunar, year] if born.lunar else _day(year, born.month, born.day)
        days = [("simulated_birthday", f"birthday:{year}", born_on, BIRTHDAY_HOUR)]
        days += [("simulated_festival", f"{name}:{year}", table[name, year], FESTIVAL_HOUR) for name in GREETED]
        passed = year - person.first_purchase.year
        bought = _day(bought_on.year + passed, bought_on.month, bought_on.day)
        days.append(("simulated_anniversary", f"first_purchase:{year}", bought, ANNIVERSARY_HOUR))
        for playbook, key, day, hour in days:
            due_at = first_quarter(day, time(hour), zone)
            over_at = min(due_at + timedelta(hours=20), first_quarter(day + DAY, time(), zone))
            yield (person.customer, playbook, key), due_at, over_at


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, 28)) if month == 2 and year % 4 else date(year, month, day)


def first_quarter(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first quarter of an hour (UTC) at which the wall clock of a zone shows a local time or a later one."""
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while instant.astimezone(zone).replace(tzinfo=None) < wall:
        instant += QUARTER
    return instant


def _festivals() -> dict[tuple[str, int], date]:
    with FESTIVALS.open(encoding="utf-8") as file:
        return {(row["festival"], int(row["year"])): date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
