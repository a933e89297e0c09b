"""What stands in a file, line by line? CSV with a header, or NDJSON; plain or gzip; of any size."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from guanxi_cli.importing.mapping import Mapping, RowRefused
from guanxi_cli.local.problem import Problem

Line = tuple[int, "dict[str, Any] | str"]
"""A line number and its event, or the sentence that says why there is none."""


def read_lines(path: Path, mapping: Mapping | None) -> Iterator[Line]:
    """Every line of the file after its header, in order. Without a mapping, NDJSON lines are canonical events."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if kind == "csv":
        if mapping is None:
            raise Problem(f"{path} is CSV: give --mapping FILE, which says how a row becomes an event")
        return _csv(path, mapping)
    if kind in ("ndjson", "jsonl"):
        return _ndjson(path, mapping.event if mapping else _canonical)
    raise Problem(f"{path}: the name ends neither in .csv nor in .ndjson or .jsonl (with or without .gz)")


def count_lines(path: Path) -> int:
    """How many lines the file has, for the progress bar."""
    with _open_bytes(path) as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _open_bytes(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _csv(path: Path, mapping: Mapping) -> Iterator[Line]:
    with _open_bytes(path) as file:
        reader = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        try:
            for row in reader:
                yield reader.line_num, _event(mapping.event, row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise Problem(f"{path} is no CSV in UTF-8 after line {reader.line_num}: {error}") from error


def _ndjson(path: Path, make: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[Line]:
    with _open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _decoded(line, make)


def _decoded(line: bytes, make: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any] | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"this line is no JSON: {error}"
    return _event(make, row) if isinstance(row, dict) else "this line is no JSON object"


def _event(make: Callable[[dict[str, Any]], dict[str, Any]], row: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return make(row)
    except RowRefused as error:
        return str(error)


def _canonical(row: dict[str, Any]) -> dict[str, Any]:
    return row
