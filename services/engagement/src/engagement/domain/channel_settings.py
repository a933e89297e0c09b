"""How is a channel carried? The members of its section of contact.yaml that concern its adapter.

Worked example: `email: {adapter: webhook, url: https://gateway.example/care, secret: gateway}` posts each message to
that address, signed with what the file `gateway` of the secrets folder holds, and tries again by the usual schedule.
Secrets are named, never written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engagement.domain.document import Place
from engagement.domain.retry_schedule import SCHEDULE

ADAPTERS: Final = ("file", "webhook", "smtp", "wecom")
FILE_NAME: Final = r"[a-z0-9][a-z0-9._-]{0,63}"
LONGEST_SECONDS: Final = 7 * 86_400
DROP_REPEATS: Final = frozenset({"file", "webhook", "smtp"})
"""Adapters whose receivers remember ids, unless a channel's section says otherwise."""

NEEDED: Final = {"webhook": ("url", "secret"), "smtp": ("host", "sender")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """`drops_repeats`: the receiver remembers ids (None: as the adapter is built). `retry_unknown`: policy says so.

    `retry_share`, `retries_per_second`: the retry budget. `pause_seconds`: the breaker's first and longest pause.
    """

    url: str | None = None
    secret: str | None = None
    allow_http: bool = False
    allow_loopback: bool = False
    drops_repeats: bool | None = None
    retry_unknown: bool = False
    timeout_seconds: int = 10
    host: str | None = None
    port: int = 587
    tls: str = "starttls"
    username: str | None = None
    sender: str | None = None
    unsubscribe: str | None = None
    schedule: tuple[timedelta, ...] = SCHEDULE
    retry_share: float = 0.1
    retries_per_second: float = 0.5
    pause_seconds: tuple[int, int] = (1, 20)


SETTINGS: Final = (
    "url",
    "secret",
    "allow_http",
    "allow_loopback",
    "drops_repeats",
    "retry_unknown",
    "timeout_seconds",
    "host",
    "port",
    "tls",
    "username",
    "sender",
    "unsubscribe",
    "retry_seconds",
    "retry_share",
    "retries_per_second",
    "pause_seconds",
)
"""Members of a channel's section that this module reads."""


def read_channel_settings(section: Place, members: Mapping[str, Place], adapter: str) -> ChannelSettings:
    """The settings among a channel's members, all of which are known. Raises DocumentInvalid."""
    for name in NEEDED.get(adapter, ()):
        if name not in members:
            raise section.invalid(f"adapter {adapter} needs `{name}`", NEEDED[adapter])
    told: dict[str, object] = {}
    for name in ("allow_http", "allow_loopback", "drops_repeats", "retry_unknown"):
        if name in members:
            told[name] = members[name].flag()
    for name, pattern in _PATTERNS.items():
        if name in members:
            told[name] = members[name].text(pattern=pattern)
    if "tls" in members:
        told["tls"] = members["tls"].text(allowed=("starttls", "tls", "none"))
    told |= {name: members[name].integer(least=1, most=most) for name, most in _MOST.items() if name in members}
    if "retry_share" in members:
        told["retry_share"] = members["retry_share"].share()
    if "retries_per_second" in members:
        told["retries_per_second"] = float(members["retries_per_second"].number(least=0, most=10_000))
    if "retry_seconds" in members:
        told["schedule"] = _schedule(members["retry_seconds"])
    if "pause_seconds" in members:
        first, longest = [one.integer(least=1, most=300) for one in members["pause_seconds"].items(least=2, most=2)]
        told["pause_seconds"] = (first, longest)
    return ChannelSettings(**told)  # type: ignore[arg-type] # each member was read with its own type


_ONE_LINE: Final = r"[^\x00-\x1f\x7f]{1,256}"
_PATTERNS: Final = {
    "url": r"https?://[^\s\x00-\x1f\x7f]{1,2000}",
    "secret": FILE_NAME,
    "host": r"[A-Za-z0-9.:-]{1,253}",
    "username": _ONE_LINE,
    "sender": _ONE_LINE,
    "unsubscribe": r"(https|mailto):[^\s\x00-\x1f\x7f<>]{1,500}",
}
_MOST: Final = {"timeout_seconds": 30, "port": 65_535}


def _schedule(place: Place) -> tuple[timedelta, ...]:
    """Longest waits before each try in seconds; the first is 0."""
    seconds = [one.integer(least=0, most=LONGEST_SECONDS) for one in place.items(most=50)]
    if seconds[0] != 0:
        raise place.invalid("the first try is made at once: begin with 0")
    return tuple(timedelta(seconds=one) for one in seconds)
