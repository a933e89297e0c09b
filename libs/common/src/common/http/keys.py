"""Who is calling? Keys of the keys file, reread when it changes, and what a service's own `lookup` adds."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import structlog
import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request

from common.errors import Forbidden, Unauthenticated

log = structlog.get_logger()

PREFIX: Final = "gx_"
ADMIN: Final = "admin"
CHECK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls and what for. `source` is set for producer keys; `per_second` overrides the usual rate."""

    name: str
    scopes: frozenset[str]
    source: str | None = None
    per_second: float | None = None


Lookup = Callable[[bytes], Awaitable[Principal | None]]
"""From the SHA-256 of a presented key to its principal; None when unknown. May raise Unavailable."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    scopes: list[str]
    expires_at: AwareDatetime | None = None


_ENTRIES: Final = TypeAdapter(list[_Entry])


class Keys:
    """The keys file, and `lookup` for keys that are not in it. A broken edit keeps the old keys and is logged."""

    def __init__(
        self,
        path: Path | None,
        *,
        lookup: Lookup | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._lookup = lookup
        self._now = now
        self._monotonic = monotonic
        self._entries: dict[bytes, tuple[bytes, Principal, datetime | None]] = {}
        self._seen: object = None
        self._next_check = monotonic() + CHECK_SECONDS
        if path is not None:
            self._seen = _look(path)
            self._read(path)

    async def find(self, key: str) -> Principal | None:
        """The principal of a key as presented; None when unknown or expired."""
        digest = hash_key(key)
        await self._reread()
        entry = self._entries.get(digest)
        if entry is None or not hmac.compare_digest(entry[0], digest):
            return await self._lookup(digest) if self._lookup is not None else None
        _, principal, expires_at = entry
        return principal if expires_at is None or self._now() < expires_at else None

    async def _reread(self) -> None:
        if self._path is None or self._monotonic() < self._next_check:
            return
        self._next_check = self._monotonic() + CHECK_SECONDS
        seen = _look(self._path)
        if seen != self._seen:
            self._seen = seen
            await asyncio.to_thread(self._read, self._path)

    def _read(self, path: Path) -> None:
        """An empty file is a broken one too: an editor may be in the middle of writing it."""
        try:
            entries = _ENTRIES.validate_python(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, UnicodeError, yaml.YAMLError, ValidationError) as error:
            log.error("keys_file_unusable", path=str(path), error=type(error).__name__, keys_kept=len(self._entries))
            return
        self._entries = {
            (digest := bytes.fromhex(entry.sha256)): (
                digest,
                Principal(name=entry.name, scopes=frozenset(entry.scopes)),
                entry.expires_at,
            )
            for entry in entries
        }
        log.info("keys_file_read", path=str(path), keys=len(entries))


def _look(path: Path) -> object:
    """What changes when the file is edited or swapped."""
    try:
        stat = path.stat()
    except OSError as error:
        return type(error).__name__
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def hash_key(key: str) -> bytes:
    """The SHA-256 by which a key is stored and found."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def read_key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key in `Authorization: Bearer`, `X-Api-Key` or the Basic user name, in this order."""
    authorization = api_key = b""
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"x-api-key":
            api_key = value
    kind, _, credentials = authorization.strip().partition(b" ")
    kind, credentials = kind.lower(), credentials.strip()
    if kind == b"bearer" and credentials:
        return credentials.decode("latin-1")
    if api_key:
        return api_key.decode("latin-1")
    return _basic_user(credentials) if kind == b"basic" else None


def _basic_user(credentials: bytes) -> str | None:
    try:
        user, _, _ = base64.b64decode(credentials, validate=True).partition(b":")
    except ValueError:
        return None
    return user.decode("latin-1") or None


async def admit(request: Request, key: str | None) -> Principal:
    """Check a key that stood elsewhere than in the headers (routes `keyed_in_body`) against the route's scope."""
    state = request.scope["state"]
    principal = await check_key(request.app.state.keys, key, state["required_scope"])
    state["principal"] = principal
    return principal


async def check_key(keys: Keys, key: str | None, scope: str) -> Principal:
    """The principal of a key that has the scope. Raises Unauthenticated or Forbidden."""
    if not key:
        raise Unauthenticated(f"Send a key that has {scope}: `Authorization: Bearer gx_...` or `X-Api-Key: gx_...`.")
    principal = await keys.find(key)
    made = f"an operator makes one with `guanxi keys create --name NAME --scope {scope}`."
    if principal is None:
        raise Unauthenticated(f"Unknown or expired key (a source's own key works at ingest alone): {made}")
    if scope not in principal.scopes and ADMIN not in principal.scopes:
        raise Forbidden(f"The key {principal.name} lacks the scope {scope}: {made}", required_scope=scope)
    return principal


def get_principal(request: Request) -> Principal:
    """Dependency: who calls. Only on routes that are not public."""
    principal: Principal = request.scope["state"]["principal"]
    return principal
