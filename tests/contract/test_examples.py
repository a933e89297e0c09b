"""Do the examples, the contract files and the structs say the same? Every type has a readable example."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from contracts.reader import EventType, Field, Topic, example_paths, read_example, read_topics
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from common.contracts import care, feedback, interactions, relationships
from common.contracts.check import REQUIRED, check_interaction
from common.events import TOPICS, Event, decode_event, encode_event
from common.identity import is_own_id

STRUCTS: dict[str, dict[str, type[Struct]]] = {
    "interactions": interactions.DATA,
    "relationships": relationships.DATA,
    "care": care.DATA,
    "feedback": feedback.DATA,
}
OBJECTS: dict[str, dict[str, type[Struct]]] = {
    "interactions": {
        "item": interactions.Item,
        "rating": interactions.Rating,
        "referral": interactions.Referral,
        "profile": interactions.Profile,
        "preference": interactions.Preference,
        "consent": interactions.Consent,
    },
    "relationships": {
        "event_name": relationships.EventName,
        "change": relationships.Change,
        "reason": relationships.Reason,
        "card": relationships.Card,
        "scores": relationships.Scores,
        "rfm": relationships.Rfm,
        "care": relationships.Care,
        "versions": relationships.Versions,
    },
    "care": {},
    "feedback": {
        "event_name": relationships.EventName,
        "answer": feedback.Answer,
        "rating": interactions.Rating,
    },
}
EXAMPLES = list(example_paths())
SERVICES = {"interactions": "guanxi.ingest", "relationships": "guanxi.scoring"} | {
    "care": "guanxi.engagement",
    "feedback": "guanxi.feedback",
}
TOPIC_FILES = {topic.file: topic for topic in read_topics()}
TYPES = [(topic, type_) for topic in TOPIC_FILES.values() for type_ in topic.types]

each_example = pytest.mark.parametrize(
    ("file", "name", "version", "path"), EXAMPLES, ids=[f"{file}-{name}" for file, name, _, _ in EXAMPLES]
)
each_type = pytest.mark.parametrize(
    ("topic", "type_"), TYPES, ids=[f"{topic.file}-{type_.name}" for topic, type_ in TYPES]
)


@each_example
def test_an_example_is_a_well_formed_envelope(file: str, name: str, version: int, path: Path) -> None:
    event = decode_event(path.read_bytes())
    assert (event.type, event.dataversion, event.specversion) == (name, version, "1.0")
    assert is_own_id(event.subject)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}(:.+)?", event.source)
    assert event.source.startswith("guanxi.") == (producer_of(file, name) == SERVICES[file])
    assert event.time.tzinfo is not None
    assert event.recordedtime is not None
    assert event.id
    assert event.traceparent
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", event.traceparent)


@each_example
def test_an_example_of_any_version_decodes_into_its_struct(file: str, name: str, version: int, path: Path) -> None:
    struct = STRUCTS[file][name]
    read = msgspec.convert(decode_event(path.read_bytes()).data, struct)
    assert isinstance(read, struct)


@each_example
def test_unknown_fields_never_fail_and_survive_the_envelope(file: str, name: str, version: int, path: Path) -> None:
    example = with_strangers(read_example(path))
    event = decode_event(json.dumps(example).encode())
    msgspec.convert(event.data, STRUCTS[file][name])
    again = json.loads(encode_event(event))
    assert again["data"] == example["data"]
    assert "stranger" in again["data"]


_FIELD_NAMES = {field.name for topic, type_ in TYPES for field in type_.fields} | set(Event.__struct_fields__)
_STRANGERS = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name not in _FIELD_NAMES),
    st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(), st.lists, max_leaves=4),
    max_size=4,
)


@given(example=st.sampled_from(EXAMPLES), in_envelope=_STRANGERS, in_data=_STRANGERS)
@settings(deadline=None)
def test_fields_of_tomorrow_change_nothing_for_a_reader_of_today(
    example: tuple[str, str, int, Path], in_envelope: dict[str, Any], in_data: dict[str, Any]
) -> None:
    file, name, _, path = example
    today = read_example(path)
    tomorrow = {**today, **in_envelope, "data": {**today["data"], **in_data}}
    read = msgspec.convert(decode_event(msgspec.json.encode(tomorrow)).data, STRUCTS[file][name])
    assert read == msgspec.convert(today["data"], STRUCTS[file][name])


@each_example
def test_a_struct_writes_what_it_read(file: str, name: str, version: int, path: Path) -> None:
    data = read_example(path)["data"]
    written = msgspec.to_builtins(msgspec.convert(data, STRUCTS[file][name]))
    assert without_nulls(same_instants(written)) == without_nulls(same_instants(data))


@each_example
def test_an_example_holds_only_what_its_contract_names(file: str, name: str, version: int, path: Path) -> None:
    type_ = type_of(TOPIC_FILES[file], name)
    data = read_example(path)["data"]
    assert set(data) <= {field.name for field in type_.fields}
    assert {field.name for field in type_.fields if not field.optional} <= set(data)


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for file, name, _, path in EXAMPLES if file == "interactions" and name in interactions.TYPES],
    ids=str,
)
def test_what_a_producer_may_send_passes_the_door(name: str, path: Path) -> None:
    check_interaction(name, read_example(path)["data"])


@each_type
def test_every_type_has_an_example_of_its_version_and_of_all_before(topic: Topic, type_: EventType) -> None:
    versions = sorted(version for file, name, version, _ in EXAMPLES if (file, name) == (topic.file, type_.name))
    assert versions == list(range(1, type_.dataversion + 1))


@each_type
def test_a_contract_names_the_fields_of_the_struct(topic: Topic, type_: EventType) -> None:
    struct = STRUCTS[topic.file][type_.name]
    if struct is interactions.Interaction or struct is care.TaskContact:
        assert {field.name for field in type_.fields} == set(struct.__struct_encode_fields__)
    else:
        assert_same_fields(type_.fields, struct)


@pytest.mark.parametrize("file", OBJECTS)
def test_a_contract_names_the_fields_of_nested_structs(file: str) -> None:
    objects = TOPIC_FILES[file].objects
    assert set(objects) == set(OBJECTS[file])
    for name, struct in OBJECTS[file].items():
        assert_same_fields(objects[name], struct)


@pytest.mark.parametrize("file", STRUCTS)
def test_contracts_and_structs_know_the_same_types(file: str) -> None:
    assert {type_.name for type_ in TOPIC_FILES[file].types} == set(STRUCTS[file])


def test_the_door_requires_what_the_contract_says() -> None:
    required = {
        type_.name: {field.name for field in type_.fields if not field.optional}
        for type_ in TOPIC_FILES["interactions"].types
        if type_.name in interactions.TYPES
    }
    assert {name: fields for name, fields in required.items() if fields} == {
        name: set(fields) for name, fields in REQUIRED.items()
    }


def test_lists_of_names_equal_the_enumerations() -> None:
    lists = TOPIC_FILES["interactions"].lists
    assert lists["channel"] == tuple(interactions.Channel)
    assert lists["direction"] == tuple(interactions.Direction)
    assert lists["rating_kind"] == tuple(interactions.RatingKind)
    assert lists["return_reason"] == tuple(interactions.ReturnReason)
    assert lists["consent_purpose"] == tuple(interactions.ConsentPurpose)
    assert lists["birthday_calendar"] == tuple(interactions.BirthdayCalendar)
    assert TOPIC_FILES["relationships"].lists["dimension"] == tuple(relationships.Dimension)
    assert TOPIC_FILES["relationships"].lists["cause"] == tuple(relationships.Cause)
    assert TOPIC_FILES["relationships"].lists["unknown"] == tuple(relationships.Unknown)
    for file in ("care", "feedback"):
        assert TOPIC_FILES[file].lists["channel"] == lists["channel"]
    assert TOPIC_FILES["feedback"].lists["rating_kind"] == lists["rating_kind"]


def test_every_field_names_a_type_that_exists() -> None:
    plain = "id ids name names text texts bool int number amount currency instant day fraction points any object"
    for topic in TOPIC_FILES.values():
        known = {*plain.split(), *topic.objects, "signed", "choice", "choices"}
        for fields in (*topic.groups.values(), *topic.objects.values(), *(type_.own for type_ in topic.types)):
            for field in fields:
                if field.type.startswith("one of "):
                    assert field.type.removeprefix("one of ") in topic.lists, field
                else:
                    words = set(re.findall(r"\w+", field.type)) - {"list", "of", "or"}
                    assert words <= known, field


def test_the_four_topics_are_those_of_the_code_with_six_partitions_for_thirty_days() -> None:
    assert tuple(topic.topic for topic in TOPIC_FILES.values()) == TOPICS
    assert {(topic.partitions, topic.retention_days) for topic in TOPIC_FILES.values()} == {(6, 30)}
    assert all(topic.producers == (topic.owner,) for topic in TOPIC_FILES.values())


def type_of(topic: Topic, name: str) -> EventType:
    return next(type_ for type_ in topic.types if type_.name == name)


def producer_of(file: str, name: str) -> str:
    return type_of(TOPIC_FILES[file], name).producer


def assert_same_fields(fields: tuple[Field, ...], struct: type[Struct]) -> None:
    required = {field.encode_name for field in msgspec.structs.fields(struct) if field.required}
    assert {field.name for field in fields} == set(struct.__struct_encode_fields__)
    assert {field.name for field in fields if not field.optional} == required


def with_strangers(value: Any) -> Any:
    """Add an unknown field to every object but those whose keys are data."""
    if isinstance(value, list):
        return [with_strangers(one) for one in value]
    if not isinstance(value, dict):
        return value
    open_keys = {"identifiers", "unknown"}
    return {key: one if key in open_keys else with_strangers(one) for key, one in value.items()} | {
        "stranger": {"new": [1, None, "x"]}
    }


def same_instants(value: Any) -> Any:
    """Write every RFC 3339 text with an offset in one way."""
    if isinstance(value, dict):
        return {key: same_instants(one) for key, one in value.items()}
    if isinstance(value, list):
        return [same_instants(one) for one in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value).timestamp()
    return value


def without_nulls(value: Any) -> Any:
    """`?` = may be absent or null: both read the same."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value
