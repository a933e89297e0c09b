"""Does a cursor lead back to its place, and is every other text refused?"""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from tests.support.web import client_of

from common.http.pagination import CursorInvalid, Page, Paging, decode_cursor, encode_cursor
from common.http.problems import add_problem_handlers

SHAPE: type[tuple[datetime, str, int]] = tuple[datetime, str, int]
PLACE = (datetime(2026, 11, 24, 12, 0, 0, 123456, UTC), "源", -1)


def test_a_cursor_leads_back_to_its_place() -> None:
    assert decode_cursor("timeline", encode_cursor("timeline", PLACE), SHAPE) == PLACE


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor("timeline", encode_cursor("customers", PLACE), SHAPE)


@given(place=st.integers(0, 60), other=st.sampled_from("abcXYZ019-_"))
def test_a_changed_cursor_is_refused(place: int, other: str) -> None:
    cursor = encode_cursor("timeline", PLACE)
    at = place % (len(cursor) - 1)
    changed = cursor[:at] + other + cursor[at + 1 :]
    if changed != cursor:
        with pytest.raises(CursorInvalid):
            decode_cursor("timeline", changed, SHAPE)


@given(st.text(max_size=60))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor("timeline", text, SHAPE)


@pytest.mark.parametrize("place", [("a\0", "b", 1), (PLACE[0], "\0", 1), (PLACE[0], "a", 2**63), (PLACE[0], "a"), 1])
def test_a_forged_place_of_another_shape_is_refused(place: Any) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor("timeline", encode_cursor("timeline", place), SHAPE)


def make_app() -> FastAPI:
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/numbers")
    async def numbers(paging: Paging, odd: Annotated[bool, "only odd"] = False) -> Page[int]:
        (after,) = paging.after("numbers", tuple[int]) or (0,)
        rows = [n for n in range(after + 1, 8) if not odd or n % 2][: paging.limit + 1]
        return Page[int](**paging.page("numbers", rows, lambda n: (n,)))

    return app


async def test_pages_follow_one_another_to_the_end() -> None:
    async with client_of(make_app()) as client:
        answer = await client.get("/numbers", params={"limit": 3, "odd": True})
        assert answer.json()["data"] == [1, 3, 5]
        assert answer.json()["has_more"] is True
        following = await client.get(answer.links["next"]["url"])
        assert following.json() == {"data": [7], "next_cursor": None, "has_more": False}
        assert "link" not in following.headers


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=", "limit=9" + "9" * 30])
async def test_a_page_that_cannot_be_is_422(query: str) -> None:
    async with client_of(make_app()) as client:
        answer = await client.get(f"/numbers?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == "query"
