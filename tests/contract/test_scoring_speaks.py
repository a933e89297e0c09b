"""Does scoring speak the contract? What it makes of every example fits the structs."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml
from contracts.reader import example_paths, read_example, read_topics

from common.contracts.relationships import Card, Cause, Change, Dimension, Reason, Unknown
from scoring.domain.card import card, score
from scoring.domain.changes import cause, changes, published, reasons
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import pack
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Interaction, Setting, replay

ROOT = Path(__file__).parents[2]
POLICY = yaml.safe_load((ROOT / "policies" / "scoring.yaml").read_text(encoding="utf-8"))
CUSTOMER = "c_" + "a" * 26
TOPICS = {topic.file: topic for topic in read_topics()}


@pytest.fixture(scope="module", params=["nobody", "everything"])
def scored(request: pytest.FixtureRequest) -> dict[str, Any]:
    policy = Policy.from_mapping(POLICY)
    told = interactions() if request.param == "everything" else []
    state = replay(told, policy, Setting(zone=ZoneInfo("Asia/Shanghai"), money=Money(base_currency="CNY")))
    columns = score(pack([state.encode()]), date(2026, 11, 20), policy, policy.fixed)
    (row,) = published(columns)
    return {
        "card": card(columns, 0, customer=CUSTOMER, currency="CNY"),
        "changes": changes(None, row),
        "reasons": reasons(None, row, ["shop/o-1001"]),
    }


def test_the_card_has_exactly_the_fields_of_the_contract(scored: dict[str, Any]) -> None:
    read = msgspec.to_builtins(msgspec.convert(scored["card"], Card))
    told = {key: value for key, value in scored["card"].items() if key not in {"habits", "preferences"}}
    assert read == told


def test_every_null_of_the_card_has_a_known_code(scored: dict[str, Any]) -> None:
    nulls = set(nulls_in(scored["card"]))
    unknown = scored["card"]["unknown"]
    assert nulls == set(unknown)
    assert set(unknown.values()) <= set(Unknown)


def test_shown_names_are_those_of_the_lists(scored: dict[str, Any]) -> None:
    lists = TOPICS["relationships"].lists
    for dimension in ("segment", "tier", "stage", "status", "churn_band"):
        assert scored["card"][dimension] in (*lists[dimension], None)
    for change in scored["changes"]:
        msgspec.convert(change, Change)
        assert change["dimension"] in set(Dimension)


def test_at_most_three_reasons_are_told(scored: dict[str, Any]) -> None:
    assert len(msgspec.convert(scored["reasons"], list[Reason])) <= 3


def test_the_cause_is_one_of_the_list() -> None:
    assert {cause([day], 10) for day in (1, 9, 10, 11)} == {Cause.EVENT, Cause.LATE}


def test_the_policy_maps_only_types_that_exist() -> None:
    types = {type_.name for topic in TOPICS.values() for type_ in topic.types}
    named = {type_ for way in ways() for type_ in way["types"]}
    assert named
    assert named <= types


def ways() -> list[dict[str, Any]]:
    """Every way into a kind: its own, and those under `also`."""
    kinds = POLICY["kinds"].values()
    return [way for kind in kinds for way in (kind, *kind.get("also", [])) if "types" in way]


def interactions() -> list[Interaction]:
    """Every example of the interactions topic, as scoring reads it."""
    events = [read_example(path) for file, _, _, path in example_paths() if file == "interactions"]
    return [
        Interaction(
            type=event["type"],
            data=event["data"],
            time=datetime.fromisoformat(event["time"]),
            source=event["source"],
            id=event["id"],
        )
        for event in events
    ]


def nulls_in(value: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted names of everything that is null."""
    return [
        name
        for key, inner in value.items()
        for name in (
            [prefix + key] if inner is None else nulls_in(inner, f"{prefix}{key}.") if isinstance(inner, dict) else []
        )
    ]
