"""Write docs/asyncapi.yaml from contracts/ and the structs: `python -m docs.generate_asyncapi` (`make docs`)."""

from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from contracts.reader import EventType, Topic, read_topics

from common.contracts import care, feedback, interactions, relationships

PAGE: Final = Path(__file__).with_name("asyncapi.yaml")
STRUCTS: Final[dict[str, dict[str, type[msgspec.Struct]]]] = {
    "interactions": interactions.DATA,
    "relationships": relationships.DATA,
    "care": care.DATA,
    "feedback": feedback.DATA,
}
ENVELOPE: Final = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "the canonical customer id", "pattern": "^c_[a-z2-7]{26}$"},
        "time": {"type": "string", "format": "date-time"},
        "recordedtime": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataversion": {"type": "integer", "minimum": 1},
        "traceparent": {"type": "string"},
        "data": {"type": "object"},
    },
}


def document() -> dict[str, Any]:
    """AsyncAPI 3.1: one channel a topic, one message a type, schemas of the structs."""
    topics = read_topics()
    structs = sorted({struct for types in STRUCTS.values() for struct in types.values()}, key=lambda one: one.__name__)
    _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Guanxi",
            "version": "1",
            "description": "Every fact that travels between the services. Generated from contracts/.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic.file: _channel(topic) for topic in topics},
        "operations": {name: operation for topic in topics for name, operation in _operations(topic).items()},
        "components": {
            "schemas": {"Envelope": ENVELOPE, **schemas},
            "messages": {_id(topic, type_): _message(topic, type_) for topic in topics for type_ in topic.types},
        },
    }


def render() -> str:
    """The document as YAML."""
    head = "# Generated from contracts/ by `make docs`. Change the contracts, not this file.\n"
    return head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def _id(topic: Topic, type_: EventType) -> str:
    return f"{topic.file}.{type_.name}"


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.topic,
        "description": topic.says,
        "messages": {type_.name: {"$ref": f"#/components/messages/{_id(topic, type_)}"} for type_ in topic.types},
        "bindings": {
            "kafka": {
                "topic": topic.topic,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": topic.retention_days * 86_400_000,
                },
            }
        },
    }


def _operations(topic: Topic) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{topic.file}"}
    sent = {f"{topic.owner}.publishes.{topic.file}": {"action": "send", "channel": channel}}
    received = {
        f"{service}.reads.{topic.file}": {"action": "receive", "channel": channel} for service in topic.consumers
    }
    return sent | received


def _message(topic: Topic, type_: EventType) -> dict[str, Any]:
    struct = STRUCTS[topic.file][type_.name]
    data = {"$ref": f"#/components/schemas/{struct.__name__}"}
    required = [field.name for field in type_.own if not field.optional]
    return {
        "name": type_.name,
        "summary": type_.when,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "properties": {
                        "type": {"const": type_.name},
                        "data": {"allOf": [data, {"required": required}]} if required else data,
                    }
                },
            ]
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}}},
    }


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
