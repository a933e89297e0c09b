"""How do documents travel over HTTP? YAML or JSON bodies, and the version as ETag: `"3"` is version 3."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import yaml
from fastapi import Depends, Header, HTTPException, Request, Response, status

from common.errors import Malformed
from common.http.body import read_body
from common.http.guard import parse_json
from engagement.store.documents import Document
from engagement.usecases.put_document import ABSENT, DocumentStale, VersionNotNamed

YAML: Final = "application/yaml"
_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')

BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {YAML: {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
    }
}
"""What FastAPI cannot see of a route that reads its body itself."""


class TagUnreadable(Malformed):
    """If-Match is no ETag of a document."""

    code = "tag_unreadable"


class BodyUnreadable(Malformed):
    """The body is no text in UTF-8."""

    code = "body_unreadable"


def tag_of(document: Document) -> str:
    """The ETag of a version."""
    return f'"{document.version}"'


async def _seen(
    if_match: Annotated[str | None, Header(description='the ETag that you read, such as `"3"`')] = None,
    if_none_match: Annotated[str | None, Header(description="`*` to make a new one only")] = None,
) -> int | None:
    if if_none_match == "*":
        return ABSENT
    if if_match is None:
        return None
    match = _TAG.fullmatch(if_match.strip())
    if match is None:
        raise TagUnreadable('If-Match must be one ETag as GET gave it, such as "3".', pointer="/if-match")
    return int(match[1])


Seen = Annotated[int | None, Depends(_seen)]
"""The version that the author of a change saw."""


@contextmanager
def preconditions() -> Iterator[None]:
    """A stale version is 412, one that was not named 428."""
    try:
        yield
    except DocumentStale as err:
        raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, err.message) from err
    except VersionNotNamed as err:
        raise HTTPException(status.HTTP_428_PRECONDITION_REQUIRED, err.message) from err


async def _written(request: Request) -> str:
    """JSON becomes YAML, so that every version reads alike."""
    body = await read_body(request)
    if "json" in request.headers.get("content-type", ""):
        return yaml.safe_dump(parse_json(body), allow_unicode=True, sort_keys=False)
    try:
        return body.decode()
    except UnicodeDecodeError as err:
        raise BodyUnreadable("Send the document as UTF-8.") from err


Written = Annotated[str, Depends(_written)]
"""The text of the body."""


def as_text(document: Document) -> Response:
    """The document as it was written."""
    return Response(document.text, media_type=YAML, headers={"etag": tag_of(document)})


def wants_text(request: Request) -> bool:
    """Whether the caller would rather have YAML than JSON."""
    return "yaml" in request.headers.get("accept", "")
