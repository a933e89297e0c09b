"""Does the guard take all JSON that can be stored, refuse the rest, and name the place?"""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import AppError
from common.http.guard import INT_MAX, INT_MIN, MAX_DEPTH, KeyedTwice, NotJson, TooDeep, find_flaws, parse_json


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"NaN",
        b'{"a":NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'{"a":"\xc0\x80"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        '{"a":1}'.encode("utf-16-le"),
        '{"a":1}'.encode("utf-32"),
        b'"a\x00b"',
        b"01",
        b"1 2",
        b"\x1f\x8b",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(body)


def test_the_place_of_an_error_is_named_by_line_and_column() -> None:
    with pytest.raises(NotJson) as refused:
        parse_json(b'{\n  "a": 1\n  "b": 2\n}')
    assert (refused.value.data["line"], refused.value.data["column"]) == (3, 3)
    assert "line 3, column 3" in refused.value.message


def test_a_constant_that_is_no_json_is_named_by_its_pointer() -> None:
    with pytest.raises(NotJson) as refused:
        parse_json(b'{"events":[{"data":{"a/b":NaN}}]}')
    assert refused.value.data["pointer"] == "/events/0/data/a~1b"


@pytest.mark.parametrize("levels", [1, 7, 8, 9, MAX_DEPTH])
def test_nesting_up_to_the_limit_is_taken(levels: int) -> None:
    assert json.dumps(parse_json(nested(levels))).encode() == nested(levels)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 5_000, 200_000])
def test_nesting_beyond_the_limit_is_refused(levels: int) -> None:
    with pytest.raises(TooDeep):
        parse_json(nested(levels))
    with pytest.raises(TooDeep):
        parse_json(b'{"a":' * levels + b"1" + b"}" * levels)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a":1,"a":2}', "/a"),
        (b'{"a":1,"\\u0061":1}', "/a"),
        (b'[{"id":"1"},{"data":{"x":{"k":1,"l":2,"k":3}}}]', "/1/data/x/k"),
        (b'{"a":"\\u003a","b":1,"b":2}', "/b"),
        (b'{"a":"\\u003A\\u003a","b":1,"b":2,"b":3}', "/b"),
        (b'{"a":{"b":":"},"a":{"b":1}}', "/a"),
    ],
)
def test_a_member_named_twice_is_refused(body: bytes, pointer: str) -> None:
    with pytest.raises(KeyedTwice) as refused:
        parse_json(body)
    assert refused.value.data["pointer"] == pointer


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b'[{"a":"x\\u0000"}]', "nul_character", "/0/a"),
        (b'{"\\u0000":1}', "nul_character", "/\\u0000"),
        (b'{"a":"\\ud800"}', "lone_surrogate", "/a"),
        (b'{"a":"\\ude00\\ud83d"}', "lone_surrogate", "/a"),
        (b'{"\\ud800":1}', "lone_surrogate", "/\\ud800"),
        (b'{"a":1e999}', "number_out_of_range", "/a"),
        (b'{"a":-1e999}', "number_out_of_range", "/a"),
        (b'{"a":9223372036854775808}', "number_out_of_range", "/a"),
        (b'{"a":-9223372036854775809}', "number_out_of_range", "/a"),
        (b'{"a":' + b"9" * 6000 + b"}", "number_out_of_range", "/a"),
    ],
)
def test_what_spoils_one_item_is_left_to_that_item(body: bytes, code: str, pointer: str) -> None:
    flaws = list(find_flaws(parse_json(body)))
    assert [(flaw.code, flaw.pointer) for flaw in flaws] == [(code, pointer)]
    assert all(flaw.pointer.encode().isascii() for flaw in flaws)


@pytest.mark.parametrize(
    "value", [INT_MIN, INT_MAX, 1e308, -0.0, "😀热水瓶", "", None, True, {"a": [1, {"b": "c"}]}, "\ufffd\x7f"]
)
def test_what_can_be_stored_has_no_flaw(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert not list(find_flaws(value))


def test_depth_is_a_flaw_of_an_item_too() -> None:
    item: object = 1
    for _ in range(MAX_DEPTH + 1):
        item = {"a": item}
    assert [flaw.code for flaw in find_flaws(item)] == ["too_deep"]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(value=VALUES, ascii_only=st.booleans(), spaced=st.booleans())
def test_every_json_of_python_reads_back_equal(value: object, ascii_only: bool, spaced: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=1 if spaced else None).encode("utf-8", "surrogatepass")
    assert parse_json(body) == value


@given(
    body=st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0123dD8a \n-+.eEtrufalsn', max_size=80).map(str.encode)
)
def test_any_bytes_are_taken_or_refused_and_flaws_never_fail(body: bytes) -> None:
    try:
        value = parse_json(body)
    except AppError as refused:
        json.dumps(refused.data).encode()
        return
    found = list(find_flaws(value))
    stdlib = json.loads(body.decode())
    assert stdlib == value or any(flaw.code == "number_out_of_range" for flaw in found)


@given(
    members=st.lists(
        st.tuples(st.sampled_from("abc:"), st.sampled_from(['"x"', '":"', '"\\u003a"', "1", "{}"])), max_size=6
    )
)
def test_exactly_the_objects_with_a_repeated_member_are_refused(members: list[tuple[str, str]]) -> None:
    body = "{" + ", ".join(f'"{key}": {value}' for key, value in members) + "}"
    keys = [key for key, _ in members]
    if len(set(keys)) == len(keys):
        assert list(parse_json(body.encode())) == keys
    else:
        with pytest.raises(KeyedTwice):
            parse_json(body.encode())


def test_a_float_beyond_range_is_infinite_only_until_its_item_is_refused() -> None:
    assert math.isinf(parse_json(b"1e999"))
