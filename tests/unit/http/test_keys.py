"""Do keys come and go with the file, and does a broken edit lock nobody out?"""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs
from tests.support.web import write_keys

from common.errors import Forbidden, Unauthenticated, Unavailable
from common.http.keys import CHECK_SECONDS, Keys, Principal, check_key, hash_key, read_key

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """Hands out a time that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self) -> None:
        self.seconds += CHECK_SECONDS


def edit(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def delete(path: Path) -> None:
    path.unlink()


def swap(path: Path, other: Path) -> None:
    """Put another file in place, of the same age, as a mounted Secret is changed."""
    stat = path.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "keys.yaml", ann=["customers:read"])


async def test_a_key_of_the_file_is_known_by_name_and_scopes(path: Path) -> None:
    found = await Keys(path).find("gx_ann")
    assert found == Principal(name="ann", scopes=frozenset({"customers:read"}))
    assert await Keys(path).find("gx_bob") is None


async def test_a_file_that_comes_later_is_read_then(tmp_path: Path, clock: Clock) -> None:
    keys = Keys(tmp_path / "keys.yaml", monotonic=clock)
    assert await keys.find("gx_ann") is None
    write_keys(tmp_path / "keys.yaml", ann=["customers:read"])
    clock.pass_by()
    assert await keys.find("gx_ann") is not None


async def test_requests_at_once_all_know_the_keys(path: Path, clock: Clock) -> None:
    keys = Keys(path, monotonic=clock)
    assert None not in await asyncio.gather(*(keys.find("gx_ann") for _ in range(20)))
    write_keys(path, ann=["customers:read", "customers:write"])
    clock.pass_by()
    assert None not in await asyncio.gather(*(keys.find("gx_ann") for _ in range(20)))


async def test_an_edit_takes_effect_without_a_restart(path: Path, clock: Clock) -> None:
    keys = Keys(path, monotonic=clock)
    assert await keys.find("gx_bob") is None
    write_keys(path, bob=["customers:read"])
    clock.pass_by()
    assert await keys.find("gx_bob") is not None
    assert await keys.find("gx_ann") is None


async def test_a_file_swapped_by_rename_is_noticed(path: Path, clock: Clock) -> None:
    keys = Keys(path, monotonic=clock)
    assert await keys.find("gx_ann") is not None
    swap(path, write_keys(path.with_name("new.yaml"), bob=["customers:read"]))
    clock.pass_by()
    assert await keys.find("gx_bob") is not None


@pytest.mark.parametrize(
    "broken",
    [
        b"- name: [",
        b"",
        b"{}",
        b"- name: x",
        b"- {name: x, sha256: short, scopes: []}",
        b"\xff\xfe",
        b"[1]",
        b"just text",
    ],
)
async def test_a_broken_edit_keeps_the_old_keys_and_is_logged(path: Path, clock: Clock, broken: bytes) -> None:
    keys = Keys(path, monotonic=clock)
    assert await keys.find("gx_ann") is not None
    edit(path, broken)
    clock.pass_by()
    with capture_logs() as lines:
        assert await keys.find("gx_ann") is not None
        clock.pass_by()
        assert await keys.find("gx_ann") is not None
    assert [line["event"] for line in lines] == ["keys_file_unusable"]
    write_keys(path, bob=["customers:read"])
    clock.pass_by()
    assert await keys.find("gx_bob") is not None


async def test_a_deleted_file_keeps_the_old_keys(path: Path, clock: Clock) -> None:
    keys = Keys(path, monotonic=clock)
    assert await keys.find("gx_ann") is not None
    delete(path)
    clock.pass_by()
    assert await keys.find("gx_ann") is not None


@pytest.mark.parametrize(("expires_in", "known"), [(-1, False), (0, False), (1, True)])
async def test_a_key_ends_at_its_expiry(tmp_path: Path, expires_in: int, known: bool) -> None:
    path = tmp_path / "keys.yaml"
    expires_at = (NOON + timedelta(seconds=expires_in)).isoformat()
    entry = {"name": "ann", "sha256": hash_key("gx_ann").hex(), "scopes": [], "expires_at": expires_at}
    path.write_text(yaml.safe_dump([entry]))
    assert (await Keys(path, now=lambda: NOON).find("gx_ann") is not None) is known


async def test_lookup_knows_the_keys_that_the_file_does_not(path: Path) -> None:
    shop = Principal(name="shop", scopes=frozenset({"events:write"}), source="shop")

    async def lookup(digest: bytes) -> Principal | None:
        return shop if digest == hash_key("gx_shop") else None

    keys = Keys(path, lookup=lookup)
    assert await check_key(keys, "gx_shop", "events:write") == shop
    with pytest.raises(Unauthenticated):
        await check_key(keys, "gx_other", "events:write")


async def test_a_lookup_that_cannot_be_made_is_not_a_refusal(path: Path) -> None:
    async def lookup(_: bytes) -> Principal | None:
        raise Unavailable("The database of keys does not answer.")

    with pytest.raises(Unavailable):
        await check_key(Keys(path, lookup=lookup), "gx_shop", "events:write")


async def test_scopes_are_exact_but_for_admin(path: Path) -> None:
    write_keys(path, ann=["customers:read"], boss=["admin"])
    keys = Keys(path)
    assert (await check_key(keys, "gx_boss", "privacy:write")).name == "boss"
    with pytest.raises(Forbidden, match="customers:write"):
        await check_key(keys, "gx_ann", "customers:write")


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ([], None),
        ([(b"authorization", b"Bearer gx_1")], "gx_1"),
        ([(b"authorization", b"BEARER   gx_1  ")], "gx_1"),
        ([(b"x-api-key", b"gx_2")], "gx_2"),
        ([(b"authorization", b"Bearer gx_1"), (b"x-api-key", b"gx_2")], "gx_1"),
        ([(b"authorization", b"Basic V0s6")], "WK"),
        ([(b"authorization", b"Basic V0s6cHc=")], "WK"),
        ([(b"authorization", b"Basic ???")], None),
        ([(b"authorization", b"Basic Og==")], None),
        ([(b"authorization", b"Bearer")], None),
        ([(b"authorization", b"Digest x")], None),
        ([(b"authorization", b"Bearer \xff\xfe")], "\xff\xfe"),
    ],
)
def test_the_key_is_read_from_its_places(headers: list[tuple[bytes, bytes]], key: str | None) -> None:
    assert read_key(headers) == key
