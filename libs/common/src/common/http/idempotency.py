"""Has this POST been answered before? Idempotency-Key: same key and body, same answer; the effect happens once.

The record is written in the transaction of the effect: after a crash neither exists and a repeat does the work. It is
kept for 24 hours, sealed where the service says how: answers may hold texts and links.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict, Malformed
from common.http.transaction import get_database

MAX_KEY: Final = 255

Handler = Callable[[Request], Awaitable[Response]]

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_FORGET = text("DELETE FROM idempotency WHERE principal = :principal AND created_at < now() - interval '24 hours'")
_READ = text(
    "SELECT request_sha256, status, response FROM idempotency WHERE principal = :principal AND route = :route "
    "AND key = :key"
)
_WRITE = text(
    "INSERT INTO idempotency (principal, route, key, request_sha256, status, response) "
    "VALUES (:principal, :route, :key, :digest, :status, :response)"
)


class AnswerSeal(Protocol):
    """What hides an answer in the database; `row` is its name and must be the same to open it."""

    def seal(self, plain: bytes, row: str) -> bytes: ...

    def open(self, sealed: bytes, row: str) -> bytes: ...


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "idempotency_key_in_flight"


class KeyReused(Malformed):
    """The key came before with another body."""

    code = "idempotency_key_reused"


class KeyUnusable(Malformed):
    """The key is empty, too long or not printable ASCII."""

    code = "idempotency_key_unusable"


def idempotent(handler: Handler) -> Handler:
    """The handler of a POST route, answered from the record when the key is known."""

    async def answer_once(request: Request) -> Response:
        key = request.headers.get("idempotency-key")
        if key is None:
            return await handler(request)
        if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
            raise KeyUnusable(f"Idempotency-Key must be 1 to {MAX_KEY} printable ASCII characters.")
        state = request.scope["state"]
        place = {"principal": state["principal"].name, "route": f"POST {request.url.path}", "key": key}
        seal: AnswerSeal | None = request.app.state.seal
        digest = hashlib.sha256(state["body"] + request.url.query.encode()).digest()
        async with get_database(request).transaction() as connection:
            if stored := await _stored(connection, place, digest, seal):
                return stored
            state["connection"] = connection
            response = await handler(request)
            if response.status_code < 400:
                packed = _pack(response)
                kept = packed if seal is None else seal.seal(packed, _row(place))
                answer = {"digest": digest, "status": response.status_code, "response": kept}
                await connection.execute(_WRITE, place | answer)
        return response

    return answer_once


async def _stored(
    connection: AsyncConnection, place: dict[str, str], digest: bytes, seal: AnswerSeal | None
) -> Response | None:
    if not (await connection.execute(_LOCK, {"name": _row(place)})).scalar_one():
        raise StillRunning("The first request with this Idempotency-Key is still running: ask again in a moment.")
    await connection.execute(_FORGET, {"principal": place["principal"]})
    row = (await connection.execute(_READ, place)).one_or_none()
    if row is None:
        return None
    if row.request_sha256 != digest:
        raise KeyReused("This Idempotency-Key came before with another body: use a new key for a new request.")
    return _unpack(row.status, row.response if seal is None else seal.open(row.response, _row(place)))


def _row(place: dict[str, str]) -> str:
    return "\n".join(place.values())


def _pack(response: Response) -> bytes:
    """Content type and location in the first two lines, then the body."""
    head = f"{response.headers.get('content-type', '')}\n{response.headers.get('location', '')}\n"
    return head.encode() + bytes(response.body)


def _unpack(status: int, packed: bytes) -> Response:
    media_type, location, body = packed.split(b"\n", 2)
    response = Response(body, status, {"idempotent-replayed": "true"}, media_type.decode() or None)
    if location:
        response.headers["location"] = location.decode()
    return response
