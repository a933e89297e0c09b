"""What are the bytes of this request? At most 4 MiB as sent (chunked or not), 20 MiB after inflating gzip.

gzip is known by its magic; a Content-Encoding that names anything else is refused.
"""

import zlib
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from common.errors import Malformed, TooLarge

MAX_BODY: Final = 4 * 1024 * 1024
MAX_INFLATED: Final = 20 * 1024 * 1024

_GZIP_MAGIC: Final = b"\x1f\x8b"
_CODINGS: Final = frozenset({b"gzip", b"x-gzip", b"identity", b""})


class BodyTooLarge(TooLarge):
    """The body is larger than 4 MiB, or than 20 MiB once inflated."""

    code = "body_too_large"


class NotGzip(Malformed):
    """The body begins as gzip and does not end as gzip."""

    code = "not_gzip"


async def read_body(request: Request) -> bytes:
    """The body, inflated. The guard has read it before any endpoint runs; this only hands it over."""
    body: bytes = request.scope["state"].get("body", b"")
    return body


async def receive_body(scope: Scope, receive: Receive) -> bytes:
    """Read and inflate. Raises BodyTooLarge, NotGzip, ClientDisconnect, or HTTPException (415) for another coding."""
    _check_announced(scope)
    message = await receive()
    body = _chunk(message)
    if message.get("more_body", False):
        chunks = [body]
        size = len(body)
        while message.get("more_body", False):
            message = await receive()
            chunks.append(_chunk(message))
            size += len(chunks[-1])
            if size > MAX_BODY:
                break
        body = b"".join(chunks)
    if len(body) > MAX_BODY:
        raise _too_large()
    return inflate(body) if body.startswith(_GZIP_MAGIC) else body


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once and then what the connection says."""
    pending = [body]

    async def receive_again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return receive_again


def inflate(body: bytes) -> bytes:
    """Gunzip, all members. JSON never begins with gzip's magic, so no header is needed to know."""
    parts: list[bytes] = []
    room = MAX_INFLATED
    rest = body
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(rest, room + 1)
        except zlib.error as error:
            raise NotGzip("The body begins as gzip and is damaged: compress it again.") from error
        room -= len(part)
        if room < 0:
            raise BodyTooLarge(f"The body inflates to more than {MAX_INFLATED} bytes: send smaller batches.")
        if not member.eof:
            raise NotGzip("The gzip body ends early: send all of it.")
        parts.append(part)
        rest = member.unused_data
    return b"".join(parts)


def _check_announced(scope: Scope) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and (len(value) > 15 or int(value) > MAX_BODY):
            raise _too_large()
        if name == b"content-encoding" and value.strip().lower() not in _CODINGS:
            detail = "This Content-Encoding is not read here: send the body as it is, or compressed with gzip."
            raise HTTPException(415, detail, headers={"Accept-Encoding": "gzip"})


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    chunk: bytes = message.get("body", b"")
    return chunk


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {MAX_BODY} bytes: send smaller batches or compress with gzip.")
