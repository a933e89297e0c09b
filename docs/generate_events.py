"""Write docs/events.md from contracts/: `python -m docs.generate_events` in the checkout (`make docs`)."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from contracts.reader import FOLDER, EventType, Field, Topic, read_example, read_topics

PAGE: Final = Path(__file__).with_name("events.md")
SHOWN: Final = {
    "interactions": ("order.completed", "identity.linked"),
    "relationships": ("relationship.changed",),
    "care": ("care.sent",),
    "feedback": ("survey.answered", "case.closed"),
}
"""The examples that stand in the page; all others lie beside the contracts."""

HEAD: Final = """<!-- Generated from contracts/ by `make docs`. Change the contracts, not this page. -->
# Events

Every fact that travels between the services, topic by topic. The files of [contracts/](../contracts) decide: one YAML
a topic, and one complete example a type and version (`contracts/<file>/<type>.v<dataversion>.json`), which the tests
decode. The same in AsyncAPI 3.1: [asyncapi.yaml](asyncapi.yaml).

Events are CloudEvents 1.0, structured JSON (`content-type: application/cloudevents+json; charset=UTF-8`); the record
key is `subject`, the customer id.

| attribute | meaning |
| --- | --- |
| `id`, `source` | unique together, for ever; the idempotency key |
| `type` | what happened, in the past tense |
| `subject` | the canonical customer id, `c_` and 26 characters |
| `time` | when it happened; drives all state |
| `recordedtime` | when it was accepted |
| `future` | true when `time` lay more than ten minutes ahead of that; else absent |
| `dataversion` | rises only on a break |
| `traceparent` | W3C trace context, where the sender gave one |
| `data` | the facts below |

Rules: change is additive; readers ignore unknown fields and park unknown versions; `optional` fields may be absent or
null; instants are RFC 3339, days `YYYY-MM-DD`; money is `*_minor`, an integer of the currency's smallest unit; topics
are neither compacted nor transactional, so that offsets are free of gaps.
"""


def render() -> str:
    """The whole page."""
    return HEAD + "".join(_topic(topic) for topic in read_topics())


def _topic(topic: Topic) -> str:
    lines = [
        f"\n## `{topic.topic}`\n",
        f"{topic.says} Contract: [{topic.file}.yaml](../contracts/{topic.file}.yaml).\n",
        "| owner | producers | consumers | partitions | retention | key |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| {' | '.join(_facts(topic))} |\n",
        *(f"- {note}" for note in topic.notes),
        "",
        *_types(topic),
        *_named("Fields of", topic.groups.items()),
        *_named("Object", topic.objects.items()),
        "### Lists of names\n",
        *(f"- **{name}**: {', '.join(f'`{member}`' for member in members)}" for name, members in topic.lists.items()),
        "",
        *_examples(topic),
    ]
    return "\n".join(lines)


def _facts(topic: Topic) -> tuple[str, ...]:
    people = topic.owner, ", ".join(topic.producers), ", ".join(topic.consumers)
    return (*people, str(topic.partitions), f"{topic.retention_days} days", topic.key)


def _types(topic: Topic) -> Iterator[str]:
    yield "### Types\n"
    with_feeds = any(type_.feeds for type_ in topic.types)
    yield f"| type | {'中文 | feeds | ' if with_feeds else ''}when | data | producer |"
    yield "| --- " * (6 if with_feeds else 4) + "|"
    for type_ in topic.types:
        feeds = f"{type_.chinese} | {type_.feeds} | " if with_feeds else ""
        version = "" if type_.dataversion == 1 else f" (version {type_.dataversion})"
        yield f"| `{type_.name}`{version} | {feeds}{type_.when} | {_data(type_)} | {type_.producer} |"
    yield ""


def _data(type_: EventType) -> str:
    groups = [f"*{name}*" for name in type_.includes]
    own = [f"`{field.name}`{'?' if field.optional else ''}" for field in type_.own]
    return ", ".join(groups + own)


def _named(title: str, tables: Iterable[tuple[str, tuple[Field, ...]]]) -> Iterator[str]:
    for name, fields in tables:
        yield f"### {title} *{name}*\n"
        yield "| field | type | optional | meaning |"
        yield "| --- | --- | --- | --- |"
        for field in fields:
            yield f"| `{field.name}` | {field.type} | {'yes' if field.optional else ''} | {field.meaning} |"
        yield ""


def _examples(topic: Topic) -> Iterator[str]:
    versions = {type_.name: type_.dataversion for type_ in topic.types}
    for name in SHOWN[topic.file]:
        example = read_example(FOLDER / topic.file / f"{name}.v{versions[name]}.json")
        yield f"Example `{name}`:\n"
        yield f"```json\n{json.dumps(example, ensure_ascii=False)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
