"""Does an import that was cut off go on where it stopped, and does one bad line cost nobody else?"""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guanxi_cli.importing.rows import Line, read_lines
from guanxi_cli.importing.sending import BATCH, Checkpoint, Sending, Tally
from guanxi_cli.local.problem import Problem

URL = "http://ingest.test"


class Ingest:
    """Takes events; refuses ids that begin with `bad`, and whole requests that are too large or no JSON."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if len(request.content) > 4 * 1024 * 1024 or b"NaN" in request.content or b"Infinity" in request.content:
            return httpx.Response(413, text="refused as a whole")
        ids = [event["id"] for event in json.loads(request.content)]
        bad = [{"index": n, "id": i, "code": "bad", "message": "no"} for n, i in enumerate(ids) if i.startswith("bad")]
        self.ids += [i for i in ids if not i.startswith("bad")]
        return httpx.Response(200, json={"accepted": len(ids) - len(bad), "duplicates": 0, "rejected": bad})


def written(folder: Path, *lines: str) -> Path:
    file = folder / "events.ndjson"
    file.write_text("\n".join(lines) + "\n")
    return file


def a_line(id_: str, **data: object) -> str:
    return json.dumps({"id": id_, **data})


async def run(ingest: Ingest, file: Path, *told: object, cut_off_after: int | None = None) -> Tally:
    checkpoint = Checkpoint.of(file, *told)
    errors = file.with_name(file.name + ".errors.ndjson")
    transport = httpx.MockTransport(ingest)
    sending = Sending(url=URL, key="k", errors=errors, checkpoint=checkpoint, transport=transport)

    def lines() -> Iterator[Line]:
        for line in read_lines(file, None):
            if line[0] == cut_off_after:
                raise Problem("cut off")
            if line[0] > checkpoint.line:
                yield line

    return await sending.send(lines())


def refused_lines(file: Path) -> list[int]:
    errors = file.with_name(file.name + ".errors.ndjson")
    return [json.loads(line)["line"] for line in errors.read_text().splitlines()]


async def test_a_cut_off_import_goes_on_and_tells_of_every_refused_line_once(tmp_path: Path) -> None:
    ingest, many = Ingest(), 8 * BATCH
    file = written(tmp_path, *(a_line(f"bad-{n}" if n % BATCH == 7 else f"e-{n}") for n in range(many)))
    with pytest.raises(Problem):
        await run(ingest, file, "shop", cut_off_after=6 * BATCH)
    done = Checkpoint.of(file, "shop").line
    assert 0 < done < 6 * BATCH
    errors = file.with_name(file.name + ".errors.ndjson")
    errors.write_text(errors.read_text() + '{"line": "written after the last checkpoint"}\n')
    assert await run(ingest, file, "shop") == Tally(accepted=many - 8, refused=8)
    assert refused_lines(file) == [n * BATCH + 8 for n in range(8)]
    assert set(ingest.ids) == {f"e-{n}" for n in range(many) if n % BATCH != 7}


async def test_a_finished_import_is_done_anew_and_another_system_does_not_go_on_with_it(tmp_path: Path) -> None:
    ingest = Ingest()
    file = written(tmp_path, *(a_line(f"e-{n}") for n in range(8 * BATCH)))
    with pytest.raises(Problem):
        await run(ingest, file, "one system", cut_off_after=6 * BATCH)
    assert Checkpoint.of(file, "another system").line == 0
    await run(ingest, file, "one system")
    assert (await run(ingest, file, "one system")).accepted == 8 * BATCH


async def test_lines_that_no_request_could_hold_are_refused_alone(tmp_path: Path) -> None:
    ingest = Ingest()
    bad = [
        '{"id": "1", "n": NaN}',
        '{"id": "2", "n": 1e999}',
        r'{"id": "3", "s": "\ud800"}',
        a_line("4", s="x" * 300_000),
    ]
    file = written(tmp_path, *bad, "[" * 100_000, a_line("good"))
    assert await run(ingest, file) == Tally(accepted=1, refused=5)
    assert sorted(refused_lines(file)) == [1, 2, 3, 4, 5]
    assert ingest.ids == ["good"]


async def test_large_lines_are_sent_in_requests_that_ingest_takes(tmp_path: Path) -> None:
    ingest = Ingest()
    file = written(tmp_path, *(a_line(f"e-{n}", s="x" * 100_000) for n in range(50)))
    assert (await run(ingest, file)).accepted == 50
    assert ingest.ids == [f"e-{n}" for n in range(50)]
