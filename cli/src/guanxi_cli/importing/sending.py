"""How does a file reach ingest, whole, also when the import is cut off? Batches in flight, and a checkpoint beside it.

The checkpoint FILE.progress.json names the last line up to which everything is durable or listed in FILE.errors.ndjson;
a run that was cut off goes on from there. Sending a line again does no harm: effects are unique by (source, id).
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import httpx

from guanxi_cli.importing.rows import Line
from guanxi_cli.local.home import write_whole
from guanxi_cli.local.problem import Problem

BATCH: Final = 500
BODY_BYTES: Final = 2 * 1024 * 1024
EVENT_BYTES: Final = 256 * 1024
IN_FLIGHT: Final = 4
PATIENCE_SECONDS: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """How an import went, in events (lines for `refused`)."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0


Outcome = tuple[Tally, list[dict[str, Any]]]
"""What was counted, and the refused lines, each with its reason."""


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """Where an unfinished import stands: the last line that is done, and what was counted and written up to it.

    `belongs_to` tells one import from another: the file as it is now, its mapping, the source and the system.
    """

    path: Path
    belongs_to: str
    line: int = 0
    errors_bytes: int = 0
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, file: Path, *told: object) -> "Checkpoint":
        """The checkpoint beside a file; one of another import counts as none."""
        path, stat = file.with_name(file.name + ".progress.json"), file.stat()
        belongs_to = hashlib.sha256(repr((stat.st_size, stat.st_mtime_ns, *told)).encode()).hexdigest()
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            found = json.loads(path.read_text())
            if found.pop("belongs_to") == belongs_to:
                return cls(path=path, belongs_to=belongs_to, **(found | {"tally": Tally(**found["tally"])}))
        return cls(path=path, belongs_to=belongs_to)

    def save(self) -> None:
        write_whole(self.path, json.dumps({key: value for key, value in asdict(self).items() if key != "path"}))


@dataclass(slots=True, kw_only=True)
class Sending:
    """One run of an import. `url` and `key` are ingest's; `progress` is told the last line done."""

    url: str
    key: str
    errors: Path | None = None
    checkpoint: Checkpoint | None = None
    progress: Callable[[int], None] = lambda _line: None
    tally: Tally = field(default_factory=Tally)
    transport: httpx.AsyncBaseTransport | None = None

    async def send(self, lines: Iterator[Line]) -> Tally:
        """Send every line; Problem when ingest refuses the key or stays away for two minutes."""
        self._go_on()
        batches = iter(lambda: list(islice(lines, BATCH)), [])
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30, transport=self.transport)
        async with client:
            flying: list[tuple[int, asyncio.Task[Outcome]]] = []
            try:
                for batch in batches:
                    flying.append((batch[-1][0], asyncio.create_task(self._post(client, batch))))
                    if len(flying) >= IN_FLIGHT:
                        await self._land(flying)
                while flying:
                    await self._land(flying)
            finally:
                for _, task in flying:
                    task.cancel()
        if self.checkpoint:
            self.checkpoint.path.unlink(missing_ok=True)
        return self.tally

    def _go_on(self) -> None:
        """Forget what an earlier import, or this one after its last checkpoint, wrote of refused lines."""
        if self.checkpoint:
            self.tally = self.checkpoint.tally
            if self.errors and self.errors.exists():
                os.truncate(self.errors, min(self.checkpoint.errors_bytes, self.errors.stat().st_size))

    async def _land(self, flying: "list[tuple[int, asyncio.Task[Outcome]]]") -> None:
        """Wait for the oldest batch, list what was refused in it, then move the checkpoint."""
        last_line, task = flying.pop(0)
        counted, refused = await task
        self.tally.accepted += counted.accepted
        self.tally.duplicates += counted.duplicates
        self.tally.refused += len(refused)
        if refused and self.errors:
            with self.errors.open("a") as file:
                file.writelines(json.dumps(error) + "\n" for error in refused)
        if self.checkpoint:
            self.checkpoint.line = last_line
            self.checkpoint.errors_bytes = self.errors.stat().st_size if self.errors and self.errors.exists() else 0
            self.checkpoint.save()
        self.progress(last_line)

    async def _post(self, client: httpx.AsyncClient, batch: list[Line]) -> Outcome:
        counted, refused = Tally(), []
        good: list[tuple[int, bytes]] = []
        for number, event in batch:
            encoded = event if isinstance(event, str) else _encoded(event)
            if isinstance(encoded, bytes):
                good.append((number, encoded))
            else:
                refused.append({"line": number, "code": "unreadable", "message": encoded})
        for body in _bodies(good):
            answer = await self._answered(client, b"[" + b",".join(encoded for _, encoded in body) + b"]")
            counted.accepted += answer["accepted"]
            counted.duplicates += answer["duplicates"]
            for item in answer["rejected"]:
                told = {"id": item.get("id"), "code": item["code"], "message": item["message"]}
                refused.append({"line": body[item["index"]][0]} | told)
        return counted, refused

    async def _answered(self, client: httpx.AsyncClient, body: bytes) -> dict[str, Any]:
        """Post until ingest answers for good, within the patience."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        answer = await client.post("/v1/events", content=body)
                    except httpx.TransportError:
                        await asyncio.sleep(0.5)
                        continue
                    if answer.status_code not in (429, 503):
                        break
                    await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        except TimeoutError:
            raise Problem(
                f"ingest at {self.url} took no batch for {PATIENCE_SECONDS:.0f} s: see guanxi status"
            ) from None
        if not answer.is_success:
            raise Problem(f"ingest refused a batch with {answer.status_code}: {answer.text[:500]}")
        found: dict[str, Any] = answer.json()
        return found


def _encoded(event: dict[str, Any]) -> bytes | str:
    """The event as JSON, or the sentence that says why ingest would refuse the whole request for it."""
    try:
        encoded = json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        return f"this line cannot be sent as JSON: {error}"
    return encoded if len(encoded) <= EVENT_BYTES else f"this line has {len(encoded)} bytes, more than {EVENT_BYTES}"


def _bodies(lines: list[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """The lines in order, in requests of a size that ingest takes."""
    body: list[tuple[int, bytes]] = []
    size = 0
    for line in lines:
        if body and size + len(line[1]) > BODY_BYTES:
            yield body
            body, size = [], 0
        body.append(line)
        size += len(line[1]) + 1
    if body:
        yield body
