"""Are bodies held to their limits, chunked or not, gzip or not?"""

import gzip
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from common.http.body import MAX_BODY, MAX_INFLATED, BodyTooLarge, NotGzip, inflate, receive_body

NOTHING: list[tuple[bytes, bytes]] = []


def receiving(chunks: Iterable[bytes], *, complete: bool = True) -> Receive:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b""} if complete else {"type": "http.disconnect"})
    pending = iter(messages)

    async def receive() -> Message:
        return next(pending)

    return receive


async def test_chunks_are_joined() -> None:
    assert await receive_body({"headers": NOTHING}, receiving([b"a", b"", b"bc"])) == b"abc"


async def test_a_body_of_exactly_the_limit_is_taken() -> None:
    body = b" " * MAX_BODY
    assert await receive_body({"headers": NOTHING}, receiving([body])) == body


async def test_chunks_beyond_the_limit_are_refused_without_reading_on() -> None:
    read = 0

    def endless() -> Iterable[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b" " * (MAX_BODY // 4)

    pending = endless()

    async def receive() -> Message:
        return {"type": "http.request", "body": next(iter(pending)), "more_body": True}

    with pytest.raises(BodyTooLarge):
        await receive_body({"headers": NOTHING}, receive)
    assert read == 5


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 5000])
async def test_an_announced_length_beyond_the_limit_is_refused_before_reading(length: str) -> None:
    with pytest.raises(BodyTooLarge):
        await receive_body({"headers": [(b"content-length", length.encode())]}, receiving([]))


async def test_a_client_that_leaves_in_the_middle_is_no_body() -> None:
    with pytest.raises(ClientDisconnect):
        await receive_body({"headers": NOTHING}, receiving([b"half"], complete=False))


async def test_gzip_is_known_by_its_first_bytes() -> None:
    assert await receive_body({"headers": NOTHING}, receiving([gzip.compress(b'{"a":1}')])) == b'{"a":1}'


def test_a_bomb_is_refused() -> None:
    with pytest.raises(BodyTooLarge):
        inflate(gzip.compress(b"\0" * (MAX_INFLATED + 1)))


def test_a_bomb_of_many_members_is_refused() -> None:
    with pytest.raises(BodyTooLarge):
        inflate(gzip.compress(b"\0" * (MAX_INFLATED // 2)) * 3)


def test_inflating_to_exactly_the_limit_is_taken() -> None:
    assert len(inflate(gzip.compress(b"\0" * MAX_INFLATED))) == MAX_INFLATED


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4))
def test_members_are_joined(parts: list[bytes]) -> None:
    assert inflate(b"".join(gzip.compress(part) for part in parts)) == b"".join(parts)


@given(damage=st.data())
def test_damaged_gzip_is_refused(damage: st.DataObject) -> None:
    whole = gzip.compress(b'{"some": "body", "of": "an event"}')
    with pytest.raises(NotGzip):
        inflate(whole[: damage.draw(st.integers(2, len(whole) - 1))])
    with pytest.raises(NotGzip):
        inflate(whole + b"trailing")
