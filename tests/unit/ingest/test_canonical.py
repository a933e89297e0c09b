"""Do events that go on as they were sent meet the same verdict as those that are looked at closely?"""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import AppError
from common.http.guard import parse_json_warily
from common.identity import IdentityKey
from ingest.api.events import split
from ingest.domain.admission import Circumstances, Moment
from ingest.domain.canonical import read_canonical
from ingest.domain.cloudevents import Mode
from ingest.domain.customers import Customers
from ingest.domain.sources import Sender
from ingest.usecases.accept_events import Judged, judge, judge_as_sent

CUSTOMERS = Customers(
    IdentityKey(b"0123456789abcdef"), canonical=lambda own: own, partition_of=lambda key: sum(key) % 6
)
NOW = Moment.of(datetime(2026, 11, 24, 10, tzinfo=UTC))


def circumstances(*, wary: bool = False) -> Circumstances:
    return Circumstances(sender=Sender(name="shop"), moment=NOW, customers=CUSTOMERS, wary=wary)


def looked_at_closely(body: bytes) -> Judged:
    value, wary = parse_json_warily(body)
    return judge(split(Mode.CANONICAL, value, None)[0], circumstances(wary=wary))  # type: ignore[arg-type]


def verdicts(judged: Judged) -> list[Any]:
    told = [(one.place, one.sent, one.refusal.reason, one.refusal.message, one.refusal.data) for one in judged.refused]
    came_in = [
        (name, one.customer, one.key, one.partition, json.loads(one.value)) for name, one in judged.admitted.items()
    ]
    return [judged.number, told, came_in]


def text_of(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"


IDENTIFIERS = ('"identifiers"', '{"user_id":"42"}')
FACTS = [IDENTIFIERS, ('"amount_minor"', "100"), ('"currency"', '"CNY"')]
ATTRIBUTES = [('"id"', '"a"'), ('"type"', '"order.completed"'), ('"time"', '"2026-11-20T10:00:00+08:00"')]


def event_of(*more: tuple[str, str], facts: list[tuple[str, str]] = FACTS) -> str:
    return text_of([*ATTRIBUTES, ('"data"', text_of(facts)), *more])


def with_fact(name: str, value: str) -> str:
    return event_of(facts=[*FACTS, (name, value)])


AS_SENT = [
    event_of(),
    with_fact('"properties"', '{"a":[1,2.50,true,null,{"b":"c:\\"d\\""}]}'),
    with_fact('"properties"', '{"\\u70ed\\/\\n":"热 \\\\u0041"}'),
    with_fact('"items"', '[{"sku":"T"},{"sku":"T","quantity":1,"category":"tea","amount_minor":0}]'),
    with_fact('"rating"', '{"kind":"stars","value":4,"min":1,"max":5}'),
    with_fact('"referral"', '{"code":"x"}'),
    with_fact('"profile"', '{"name":null,"tags":["a"]}'),
    with_fact('"preference"', '{"key":"tea","value":["green"]}'),
    with_fact('"consent"', '{"purpose":"care","channel":"*"}'),
    with_fact('"promised_at"', '"2026-11-23T18:00:00+08:00"'),
]

LOOKED_AT_CLOSELY = [
    event_of(('"id"', '"a"')),
    event_of(('"\\u0069d"', '"a"')),
    event_of(('"specversion"', '"1.0"')),
    event_of(('"future"', "true")),
    event_of(('"extra"', "1")),
    with_fact('"prize"', '"wheel"'),
    with_fact('"order_id"', "null"),
    with_fact('"currency"', '"EUR"'),
    with_fact('"properties"', '{"a":1,"\\u0061":2}'),
    with_fact('"properties"', '{"a":"x","a":"\\u0022"}'),
    with_fact('"properties"', '{"a":"\\u0000"}'),
    with_fact('"properties"', '{"a":"\\ud800"}'),
    with_fact('"properties"', '{"a":1e999}'),
    with_fact('"properties"', '{"a":9223372036854775808}'),
    with_fact('"properties"', '{"a":[[[[[[]]]]]]}'),
    with_fact('"consent"', '{"purpose":"care","purpose":"care","channel":"*"}'),
    with_fact('"preference"', '{"key":"k","value":9223372036854775808}'),
    with_fact('"items"', '[{"sku":"T","sku":"T"}]'),
]


def forms(event: str) -> list[bytes]:
    return [text.encode() for text in (event, f"[{event}]", f'{{"events":[{event}, {event}]}}')]


@pytest.mark.parametrize("event", AS_SENT)
def test_an_event_in_the_canonical_form_goes_on_byte_by_byte(event: str) -> None:
    for body in forms(event):
        canonical = read_canonical(body)
        assert canonical is not None
        judged = judge_as_sent(canonical[0], circumstances())
        assert verdicts(judged) == verdicts(looked_at_closely(body))
        assert [one.value.endswith(event.encode()[1:]) for one in judged.admitted.values()] == [True]


@pytest.mark.parametrize("event", LOOKED_AT_CLOSELY)
def test_any_other_event_is_looked_at_closely(event: str) -> None:
    assert [read_canonical(body) for body in forms(event)] == [None, None, None]


@pytest.mark.parametrize(
    "body",
    [
        '{"events":[],"events":[]}',
        '{"events":[' + event_of() + '],"events":[]}',
        '{"events":[],"type":"x"}',
        "7",
        "",
        " []",
    ],
)
def test_any_other_body_is_looked_at_closely(body: str) -> None:
    assert read_canonical(body.encode()) is None


def test_an_event_too_large_only_by_its_white_space_comes_in_without_it() -> None:
    body = event_of().replace("{", "{" + " " * 256 * 1024, 1).encode()
    canonical = read_canonical(body)
    assert canonical is not None
    assert verdicts(judge_as_sent(canonical[0], circumstances())) == verdicts(looked_at_closely(body))


TEXTS = [
    *('""', '"a"', '":"', '"\\""', '"\\u0022"', '"\\u0041"', '"\\u0000"', '"\\\\u0000"', '"\\ud800"', '"\\/"', '"热"'),
]
STRINGS = [
    *TEXTS,
    *('"web"', '"order.refunded"', '"2026-11-24T18:20:00Z"', '"1969-01-01T00:00:00Z"', '"c_' + "a" * 26 + '"'),
]
NUMBERS = ["0", "-0", "1", "100", "1.0", "1e2", "2.50", "1e999", "1e-999", "9223372036854775808", "1" * 50, "00", "NaN"]
NAMES = [
    *('"id"', '"type"', '"time"', '"data"', '"subject"', '"source"', '"a"', '"\\u0061"', '"\\u0000"', '"identifiers"'),
    *(f'"{name}"' for name in ("user_id", "channel", "currency", "properties", "items", "sku", "quantity", "reason")),
    *(f'"{name}"' for name in ("preference", "key", "value", "consent", "purpose", "evidence", "profile", "name")),
]
SPACES = st.sampled_from(["", "", "", " ", "\n\t"])


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=4)


@st.composite
def spaced(draw: st.DrawFn, pairs: list[tuple[str, str]]) -> str:
    space = draw(SPACES)
    return "{" + f",{space}".join(f"{name}{space}:{value}" for name, value in pairs) + space + "}"


VALUES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from([*STRINGS, *NUMBERS, "null", "true", "tru"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda them: "[" + ",".join(them) + "]") | objects(inner).flatmap(spaced)
    ),
    max_leaves=5,
)


@st.composite
def events(draw: st.DrawFn) -> str:
    """A good event with a text of any form, and every other time with members added or named twice."""
    text = draw(st.sampled_from(TEXTS))
    facts = [*FACTS, ('"properties"', f'{{"a":{text}}}'), ('"reason"', text)]
    attributes = list(ATTRIBUTES)
    if draw(st.booleans()):
        draw(st.sampled_from([facts, attributes])).append(draw(st.tuples(st.sampled_from(NAMES), VALUES)))
    attributes.append(('"data"', draw(spaced(draw(st.permutations(facts))))))
    return draw(spaced(attributes))


BODIES = st.one_of(
    events(),
    st.lists(events() | VALUES, max_size=2).map(lambda them: "[" + ",".join(them) + "]"),
    st.lists(events(), max_size=2).map(lambda them: '{"events":[' + ",".join(them) + "]}"),
)


@given(text=BODIES)
@settings(max_examples=500, deadline=None)
def test_both_ways_come_to_the_same_verdict(text: str) -> None:
    body = text.encode()
    canonical = read_canonical(body)
    note("as sent" if canonical else "closely")
    if canonical is not None:
        pairs, alone = canonical
        assert alone == (not body.startswith((b"[", b'{"events"')))
        assert verdicts(judge_as_sent(pairs, circumstances())) == verdicts(looked_at_closely(body))


@given(members=st.lists(st.tuples(st.sampled_from("ab:"), st.sampled_from(STRINGS + NUMBERS)), max_size=4))
@settings(max_examples=500, deadline=None)
def test_no_member_named_twice_goes_on_as_sent(members: list[tuple[str, str]]) -> None:
    body = with_fact('"properties"', text_of([(f'"{name}"', value) for name, value in members])).encode()
    try:
        looked_at_closely(body)
    except AppError:
        assert read_canonical(body) is None
    else:
        named = [name for name, _ in members]
        assert len(set(named)) == len(named)


def test_what_goes_on_is_the_event_as_any_reader_decodes_it() -> None:
    canonical = read_canonical(event_of().encode())
    assert canonical is not None
    ((event, sent),) = canonical[0]
    assert msgspec.json.decode(sent)["id"] == event.id
