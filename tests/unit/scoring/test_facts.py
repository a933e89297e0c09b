"""Does reading only some facts of an event lose nothing that scoring would have looked at?"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml
from contracts.reader import example_paths

from common.contracts.interactions import Link
from common.events import Event, decode_event
from scoring.domain.policy.policy import Policy
from scoring.domain.state.currency import Money
from scoring.domain.state.effects import effects
from scoring.domain.state.facts import FACTS
from scoring.usecases.read_facts import read_facts

ROOT = Path(__file__).parents[3]
POLICY = Policy.from_mapping(yaml.safe_load((ROOT / "policies" / "scoring.yaml").read_text(encoding="utf-8")))


def added(event: Event) -> Any:
    zone, money = ZoneInfo("Asia/Shanghai"), Money(base_currency="CNY")
    return list(effects(event.type, event.data, event.time, event.source, event.id, POLICY, zone, money))


@pytest.mark.parametrize("path", [path for *_, path in example_paths()], ids=lambda path: path.stem)
def test_every_example_adds_the_same_when_read_whole(path: Path) -> None:
    whole, read = decode_event(path.read_bytes()), read_facts(path.read_bytes())
    assert (read.id, read.source, read.type, read.subject, read.time) == (
        whole.id,
        whole.source,
        whole.type,
        whole.subject,
        whole.time,
    )
    assert added(read) == added(whole)


def test_the_shipped_policy_asks_for_no_other_fact() -> None:
    assert POLICY.kinds.facts <= FACTS


def test_facts_about_ids_are_read() -> None:
    assert set(Link.__struct_encode_fields__) <= FACTS


@pytest.mark.parametrize("data", [b'{"properties":"\xff"}', b'{"properties":tru}', b"[1]"])
def test_what_nobody_could_read_whole_is_refused(data: bytes) -> None:
    head = {"id": "e", "source": "shop", "type": "page.viewed", "subject": "c_a", "time": "2026-11-20T10:00:00Z"}
    value = json.dumps(head).encode()[:-1] + b',"data":' + data + b"}"
    for read in (decode_event, read_facts):
        with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
            read(value)


def test_the_time_is_an_instant() -> None:
    value = b'{"id":"e","source":"s","type":"a.b","subject":"c_a","time":"2026-11-20T10:00:00+08:00","data":{}}'
    assert read_facts(value).time == datetime.fromisoformat("2026-11-20T10:00:00+08:00")
