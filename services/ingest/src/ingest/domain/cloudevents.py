"""How is a CloudEvent read from an HTTP request? Binary, structured and batch mode, as in the spec's HTTP binding.

Header values: first undo RFC 7230 quoting, then exactly one percent-decode; invalid UTF-8 is refused.
"""

import re
from base64 import b64decode
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from common.contracts.check import SchemaBroken

REQUIRED: Final = (b"ce-id", b"ce-source", b"ce-specversion", b"ce-type")
_ESCAPED: Final = re.compile(r"\\(.)")


class Mode(StrEnum):
    """How the request carries CloudEvents; CANONICAL is plain JSON, where `specversion` is optional."""

    CANONICAL = "canonical"
    BINARY = "cloudevents_binary"
    STRUCTURED = "cloudevents_structured"
    BATCH = "cloudevents_batch"


def mode_of(content_type: str, names: Collection[bytes]) -> Mode | None:
    """By prefix of the content type, case-insensitive; else binary when the four ce- headers are among the names.

    None for a format of CloudEvents other than JSON.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("application/cloudevents"):
        rest = kind.removeprefix("application/cloudevents")
        batch = rest.startswith("-batch")
        if rest.removeprefix("-batch") not in ("", "+json"):
            return None
        return Mode.BATCH if batch else Mode.STRUCTURED
    return Mode.BINARY if all(name in names for name in REQUIRED) else Mode.CANONICAL


def read_binary(data: Any, headers: Iterable[tuple[bytes, bytes]], content_type: str) -> dict[str, Any]:
    """The event of a binary-mode request; `data` is the decoded body, JSON unless told otherwise."""
    event: dict[str, Any] = {}
    for name, value in headers:
        if name.startswith(b"ce-"):
            event[name[3:].decode("ascii", "replace")] = read_header(value, name[3:].decode("ascii", "replace"))
    event["datacontenttype"] = content_type or "application/json"
    event["data"] = data
    return with_integers(event)


def read_header(value: bytes, name: str) -> str:
    """One attribute from its header value."""
    text = value.decode("latin-1").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = _ESCAPED.sub(r"\1", text[1:-1])
    try:
        return unquote_to_bytes(text.encode("latin-1") if not text.isascii() else text).decode()
    except UnicodeDecodeError as error:
        raise SchemaBroken(
            f"The header ce-{name} is no percent-encoded UTF-8: encode everything outside printable ASCII.",
            pointer=f"/{name}",
        ) from error


def with_integers(event: dict[str, Any]) -> dict[str, Any]:
    """`dataversion` is a number in events and a text in headers."""
    version = event.get("dataversion")
    if isinstance(version, str) and version.isascii() and version.isdigit() and len(version) < 10:
        event["dataversion"] = int(version)
    return event


def with_data(event: Any) -> Any:
    """A structured event with `data_base64` read into `data`, where it holds JSON."""
    if not isinstance(event, dict) or "data_base64" not in event:
        return event
    try:
        data = msgspec.json.decode(b64decode(event["data_base64"], validate=True))
    except (ValueError, TypeError, msgspec.MsgspecError, RecursionError) as error:
        raise SchemaBroken("Send the facts as a JSON object in `data`.", pointer="/data_base64") from error
    return {name: value for name, value in event.items() if name != "data_base64"} | {"data": data}
