"""How does a file reach ingest, whole, also when the import is cut off? Batches in flight, and a checkpoint beside it.

The checkpoint FILE.progress.json names the last line up to which everything is durable or listed in FILE.errors.ndjson;
the next run goes on from there. Sending a line again does no harm: effects are unique by (source, id).
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import httpx

from guanxi_cli.importing.rows import Line
from guanxi_cli.local.home import write_whole
from guanxi_cli.local.problem import Problem

BATCH: Final = 500
IN_FLIGHT: Final = 4
PATIENCE_SECONDS: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """How an import went, in events (lines for `refused`)."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """Where an import stands: the size of the file it belongs to, and the last line that is done."""

    path: Path
    size: int
    line: int = 0

    @classmethod
    def of(cls, file: Path) -> "Checkpoint":
        """The checkpoint beside a file; one of another version of the file counts as none."""
        path, size = file.with_name(file.name + ".progress.json"), file.stat().st_size
        try:
            found = json.loads(path.read_text())
            return cls(path=path, size=size, line=int(found["line"]) if found["size"] == size else 0)
        except (FileNotFoundError, ValueError, KeyError):
            return cls(path=path, size=size)

    def save(self) -> None:
        write_whole(self.path, json.dumps({"size": self.size, "line": self.line}))


@dataclass(slots=True, kw_only=True)
class Sending:
    """One run of an import. `url` and `key` are ingest's; `progress` is told the last line done."""

    url: str
    key: str
    errors: Path | None = None
    checkpoint: Checkpoint | None = None
    progress: Callable[[int], None] = lambda _line: None
    tally: Tally = field(default_factory=Tally)

    async def send(self, lines: Iterator[Line]) -> Tally:
        """Send every line; Problem when ingest refuses the key or stays away for two minutes."""
        batches = iter(lambda: list(islice(lines, BATCH)), [])
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30) as client:
            flying: list[tuple[list[Line], asyncio.Task[list[dict[str, Any]]]]] = []
            try:
                for batch in batches:
                    flying.append((batch, asyncio.create_task(self._post(client, batch))))
                    if len(flying) >= IN_FLIGHT:
                        await self._land(flying)
                while flying:
                    await self._land(flying)
            finally:
                for _, task in flying:
                    task.cancel()
        return self.tally

    async def _land(self, flying: "list[tuple[list[Line], asyncio.Task[list[dict[str, Any]]]]]") -> None:
        """Wait for the oldest batch, list what was refused in it, then move the checkpoint."""
        batch, task = flying.pop(0)
        unreadable = [(number, event) for number, event in batch if isinstance(event, str)]
        refused = await task + [
            {"line": number, "code": "unreadable", "message": message} for number, message in unreadable
        ]
        self.tally.refused += len(refused)
        if refused and self.errors:
            with self.errors.open("a") as file:
                file.writelines(json.dumps(error, ensure_ascii=False) + "\n" for error in refused)
        if self.checkpoint:
            self.checkpoint.line = batch[-1][0]
            self.checkpoint.save()
        self.progress(batch[-1][0])

    async def _post(self, client: httpx.AsyncClient, batch: list[Line]) -> list[dict[str, Any]]:
        good = [(number, event) for number, event in batch if not isinstance(event, str)]
        if not good:
            return []
        body = json.dumps([event for _, event in good], ensure_ascii=False).encode()
        answer = await self._answered(client, body)
        self.tally.accepted += answer["accepted"]
        self.tally.duplicates += answer["duplicates"]
        return [
            {"line": good[item["index"]][0], "id": item.get("id"), "code": item["code"], "message": item["message"]}
            for item in answer["rejected"]
        ]

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
