"""Which headers does every answer carry, and which of a request's does everything need?"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Header = tuple[bytes, bytes]

_SECURITY: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_SECURITY_NAMES: Final = frozenset(name for name, _ in _SECURITY)
_SAFE_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACEPARENT: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


def answer_headers(state: Mapping[str, Any], present: Iterable[Header]) -> list[Header]:
    """What to add to an answer: request id and security headers, but for those that the endpoint set itself."""
    added = [(b"x-request-id", state["request_id"].encode())] if "request_id" in state else []
    added.extend(state.get("answer_headers", ()))
    taken = {name for name, _ in present} & _SECURITY_NAMES
    added.extend(_SECURITY if not taken else [header for header in _SECURITY if header[0] not in taken])
    return added


def safe_request_id(value: bytes) -> str | None:
    """The client's request id when it is short and harmless."""
    return value.decode() if _SAFE_REQUEST_ID.fullmatch(value) else None


def safe_traceparent(value: bytes) -> str | None:
    """The client's W3C trace context when it is well formed."""
    return value.decode("latin-1") if _TRACEPARENT.fullmatch(value) else None
