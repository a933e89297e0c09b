"""Which page of a list? Keyset pages: opaque cursor, 1 to 100 items, no totals."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import URL

from common.errors import Malformed
from common.http.guard import find_flaws

MAX_LIMIT: Final = 100
DEFAULT_LIMIT: Final = 50

_VERSION: Final = 1
_CHECK_BYTES: Final = 6

T = TypeVar("T")
R = TypeVar("R")


class CursorInvalid(Malformed):
    """The cursor is not one that this list gave."""

    code = "cursor_invalid"


class Page(BaseModel, Generic[T]):
    """One page; `next_cursor` is null on the last."""

    data: list[T]
    next_cursor: str | None
    has_more: bool


def encode_cursor(list_name: str, position: tuple[Any, ...]) -> str:
    """A cursor that stands after `position`, the sort key of the last row shown."""
    payload = msgspec.msgpack.encode((_VERSION, list_name, position))
    return urlsafe_b64encode(_checksum(payload) + payload).decode().rstrip("=")


def decode_cursor(list_name: str, cursor: str, shape: type[T]) -> T:
    """The position in a cursor, of type `shape` such as `tuple[datetime, str]`. Raises CursorInvalid.

    The checksum is against mishap, not malice: a position gives nobody anything that its query would not.
    """
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        version, name, position = msgspec.msgpack.decode(raw[_CHECK_BYTES:], type=tuple[int, str, msgspec.Raw])
        found = msgspec.msgpack.decode(position, type=shape)
    except (ValueError, msgspec.MsgspecError) as error:
        raise _invalid() from error
    if (version, name, raw[:_CHECK_BYTES]) != (_VERSION, list_name, _checksum(raw[_CHECK_BYTES:])):
        raise _invalid()
    if any(True for part in (found if isinstance(found, tuple) else (found,)) for _ in find_flaws(part)):
        raise _invalid()
    return found


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECK_BYTES, person=b"guanxi-cursor").digest()


def _invalid() -> CursorInvalid:
    errors = [{"pointer": "/cursor", "code": CursorInvalid.code, "message": "unknown cursor", "location": "query"}]
    return CursorInvalid("This list did not give that cursor: start again without `cursor`.", errors=errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """What the caller asked for. Fetch `limit + 1` rows after `after(...)`, then `page(...)`."""

    limit: int
    cursor: str | None
    url: URL
    response: Response

    def after(self, list_name: str, shape: type[T]) -> T | None:
        """The position to go on from; None on the first page."""
        return None if self.cursor is None else decode_cursor(list_name, self.cursor, shape)

    def page(self, list_name: str, rows: Sequence[R], position_of: Callable[[R], tuple[Any, ...]]) -> dict[str, Any]:
        """The body of the answer, from up to `limit + 1` rows; sets `Link: rel="next"`."""
        shown = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return {"data": shown, "next_cursor": None, "has_more": False}
        cursor = encode_cursor(list_name, position_of(shown[-1]))
        following = self.url.include_query_params(cursor=cursor)
        self.response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
        return {"data": shown, "next_cursor": cursor, "has_more": True}


def _query(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="items on a page")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before")] = None,
) -> PageQuery:
    return PageQuery(limit=limit, cursor=cursor, url=request.url, response=response)


Paging = Annotated[PageQuery, Depends(_query)]
"""What an endpoint asks for: `paging: Paging`."""
