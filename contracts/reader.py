"""What do the contract files say? Reads contracts/*.yaml and the examples beside them (documents and tests use it)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent
FILES: Final = ("interactions", "relationships", "care", "feedback")
"""One file a topic, in the order in which facts travel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    type: str
    optional: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One type: `own` are the fields that only it has or needs, `fields` all with those of its groups."""

    name: str
    producer: str
    dataversion: int
    when: str
    chinese: str | None
    direction: str | None
    feeds: str | None
    includes: tuple[str, ...]
    own: tuple[Field, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    file: str
    topic: str
    says: str
    owner: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    retention_days: int
    key: str
    notes: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[Field, ...]]
    objects: Mapping[str, tuple[Field, ...]]
    types: tuple[EventType, ...]


def read_topics() -> list[Topic]:
    """All four topics."""
    raw = {file: yaml.safe_load((FOLDER / f"{file}.yaml").read_text(encoding="utf-8")) for file in FILES}
    groups = {
        (name if owner == file else f"{owner}.{name}", file): _fields(fields)
        for file in FILES
        for owner in FILES
        for name, fields in raw[owner].get("groups", {}).items()
    }
    return [
        _topic(file, raw[file], {name: fields for (name, of), fields in groups.items() if of == file}) for file in FILES
    ]


def example_paths() -> Iterator[tuple[str, str, int, Path]]:
    """(file, type, dataversion, path) of every example."""
    for file in FILES:
        for path in sorted((FOLDER / file).glob("*.json")):
            name, _, version = path.stem.rpartition(".v")
            yield file, name, int(version), path


def read_example(path: Path) -> dict[str, Any]:
    """One complete event."""
    example: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return example


def _topic(file: str, raw: dict[str, Any], groups: dict[str, tuple[Field, ...]]) -> Topic:
    types = tuple(_type(name, {**raw["each"], **entry}, groups) for name, entry in raw["types"].items())
    return Topic(
        file=file,
        topic=raw["topic"],
        says=raw["says"],
        owner=raw["owner"],
        producers=tuple(raw["producers"]),
        consumers=tuple(raw["consumers"]),
        partitions=raw["partitions"],
        retention_days=raw["retention_days"],
        key=raw["key"],
        notes=tuple(raw["notes"]),
        lists={name: tuple(members) for name, members in raw["lists"].items()},
        groups={name: groups[name] for name in raw.get("groups", {})},
        objects={name: _fields(fields) for name, fields in raw.get("objects", {}).items()},
        types=types,
    )


def _type(name: str, raw: dict[str, Any], groups: dict[str, tuple[Field, ...]]) -> EventType:
    includes = (raw["includes"],) if isinstance(raw["includes"], str) else tuple(raw["includes"])
    own = _fields(raw.get("fields", {}))
    united = {field.name: field for group in includes for field in groups[group]} | {field.name: field for field in own}
    return EventType(
        name=name,
        producer=raw["producer"],
        dataversion=raw["dataversion"],
        when=raw["when"],
        chinese=raw.get("chinese"),
        direction=raw.get("direction"),
        feeds=raw.get("feeds"),
        includes=includes,
        own=own,
        fields=tuple(united.values()),
    )


def _fields(raw: dict[str, Any]) -> tuple[Field, ...]:
    return tuple(
        Field(name=name, type=entry["type"], optional=entry.get("optional", False), meaning=entry["meaning"])
        for name, entry in raw.items()
    )
