"""Does a mapping turn rows into the events that it says, and refuse what it cannot read with words that help?"""

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guanxi_cli.demo.sample import EVENTS, sample_lines, whole_weeks
from guanxi_cli.importing.mapping import Mapping, RowRefused, read_mapping
from guanxi_cli.importing.rows import count_lines, read_lines
from guanxi_cli.local.problem import Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAPPING = """
rules:
  - when: {kind: refund}
    type: order.refunded
    id: "r-{number}"
    time: "{at}"
    data: {identifiers: {email: "{mail}"}, amount_minor: {money: "{sum}", absolute: true}, currency: KWD}
  - when: {kind: order}
    type: order.completed
    id: "{number}"
    time: "{at}"
    data:
      identifiers: {email: "{mail}", phone: "{phone}"}
      amount_minor: {money: "{sum}"}
      currency: GBP
      items: {integer: "{items}"}
"""
ROW = {"kind": "order", "number": "7", "at": "2026-11-20 10:00:00", "mail": "a@b.cn", "phone": "", "sum": "12.340"}


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return read_mapping(written(tmp_path, MAPPING), SHANGHAI)


def written(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text)
    return path


def test_a_row_becomes_the_event_of_the_first_rule_that_fits(mapping: Mapping) -> None:
    assert mapping.event({**ROW, "items": "3"}) == {
        "id": "7",
        "type": "order.completed",
        "time": "2026-11-20T10:00:00+08:00",
        "data": {"identifiers": {"email": "a@b.cn"}, "amount_minor": 1234, "currency": "GBP", "items": 3},
    }


def test_money_follows_the_currency_and_absolute_takes_the_sign_away(mapping: Mapping) -> None:
    event = mapping.event({**ROW, "kind": "refund", "sum": "-1.234"})
    assert event["id"] == "r-7"
    assert event["data"]["amount_minor"] == 1234


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "gift"}, "no rule's `when` fits"),
        ({"at": "yesterday"}, "time 'yesterday' is no ISO 8601"),
        ({"sum": "a lot"}, "'a lot' is no number"),
        ({"sum": "12.345"}, "'12.345' has too many decimals: GBP has 2"),
        ({"items": "1.5"}, "'1.5' has too many decimals: an integer has none"),
        ({"kind": "refund", "sum": "1.2345"}, "'1.2345' has too many decimals: KWD has 3"),
        ({"sum": "NaN"}, "'NaN' is no number"),
        ({"sum": "-Infinity"}, "'-Infinity' is no number"),
        ({"sum": "1e999999999"}, "'1e999999999' is no number"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_value(
    mapping: Mapping, change: dict[str, str], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        mapping.event({**ROW, "items": "1", **change})


@pytest.mark.parametrize(("total", "minor"), [("12.345", 1234), ("12.355", 1236), ("-12.3451", -1235)])
def test_money_is_rounded_half_to_even_where_the_mapping_asks_for_it(tmp_path: Path, total: str, minor: int) -> None:
    mapping = read_mapping(
        written(tmp_path, MAPPING.replace('money: "{sum}"', 'money: "{sum}", round: true')), SHANGHAI
    )
    assert mapping.event({**ROW, "items": "1", "sum": total})["data"]["amount_minor"] == minor


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1200), ("CNY", 120000)])
def test_a_currency_from_a_column_says_how_many_decimals_there_are(tmp_path: Path, currency: str, minor: int) -> None:
    mapping = read_mapping(written(tmp_path, MAPPING.replace("currency: GBP", 'currency: "{currency}"')), SHANGHAI)
    data = mapping.event({**ROW, "items": "1", "sum": "1200", "currency": currency})["data"]
    assert (data["amount_minor"], data["currency"]) == (minor, currency)


def test_a_column_that_the_file_lacks_is_named(mapping: Mapping) -> None:
    with pytest.raises(RowRefused, match="no column 'items'"):
        mapping.event(ROW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules: 3", "a list `rules`"),
        ("rules: []\ncolour: red", "unknown key 'colour'"),
        ("rules: [{type: a.b, id: x}]", r"rules\[0\]: time is missing"),
        ("rules: [{type: a.b, id: x, time: y, date: z}]", r"rules\[0\]: unknown key 'date'"),
        ("zone: Mars\nrules: []", "zone 'Mars'"),
        ("rules: [", "mapping.yaml"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_file_and_place(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason):
        read_mapping(written(tmp_path, text), SHANGHAI)


def test_lines_keep_their_numbers_and_a_bad_line_stands_beside_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    with gzip.open(path, "wt") as file:
        file.write('{"id": "1"}\n\nnonsense\n{"id": "4"}\n[]\n')
    lines = list(read_lines(path, None))
    assert [number for number, _ in lines] == [1, 3, 4, 5]
    assert lines[0][1] == {"id": "1"}
    assert str(lines[1][1]).startswith("this line is no JSON")
    assert lines[3][1] == "this line is no JSON object"
    assert count_lines(path) == 5


def test_csv_without_a_mapping_and_an_unknown_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="--mapping"):
        read_lines(tmp_path / "a.csv", None)
    with pytest.raises(Problem, match=r"neither in \.csv"):
        read_lines(tmp_path / "a.xlsx", None)


@pytest.mark.parametrize(
    ("now", "weeks"),
    [
        (datetime(2011, 12, 16, 12, 49, tzinfo=SHANGHAI), 0),
        (datetime(2011, 12, 16, 12, 50, tzinfo=SHANGHAI), 1),
        (datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI), 780),
    ],
)
def test_the_sample_moves_by_the_most_whole_weeks_that_leave_nothing_in_the_future(now: datetime, weeks: int) -> None:
    assert whole_weeks(now) == timedelta(weeks=weeks)


def test_the_whole_sample_becomes_events() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)
    events = [event for _, event in sample_lines(now, as_recorded=False) if not isinstance(event, str)]
    assert len(events) == EVENTS
    assert len({event["data"]["identifiers"]["user_id"] for event in events}) == 4372
    assert max(event["time"] for event in events) == "2026-11-20T12:50:00+08:00"
    assert sum(event["type"] == "order.refunded" for event in events) == 3654
    assert all(event["data"]["amount_minor"] >= 0 for event in events)
