"""Is contact.yaml read as it is meant, and is an error refused with file, line, field and what is allowed?"""

from datetime import time
from pathlib import Path

import pytest

from engagement.domain.contact_policy import ContactPolicy
from engagement.domain.contact_reading import read_contact
from engagement.domain.document import DocumentInvalid
from engagement.domain.quiet_hours import QuietHours
from engagement.domain.reasons import WORDS, Answer, Reason, in_words

SHIPPED = (Path(__file__).parents[3] / "policies" / "contact.yaml").read_text("utf-8")
SMALL = """quiet_hours: {from: "22:00", to: "08:30"}
cool_down_hours: 24
caps:
  - {code: cap_day, purposes: [care, marketing], max: 2, days: 1}
channels:
  email: {adapter: file, daily_volume: 500}
  sms: {adapter: file, enabled: false}
task_capacity: {call: 40}
global_control: 5%
"""


def test_the_shipped_file_says_what_the_rules_are_tested_with() -> None:
    assert read_contact(SHIPPED, "contact.yaml") == ContactPolicy()


def test_every_key_is_read() -> None:
    policy = read_contact(SMALL, "contact.yaml")
    assert policy.quiet_hours == QuietHours(from_=time(22), to=time(8, 30))
    assert (policy.cool_down_hours, policy.global_control, policy.task_capacity) == (24, 0.05, {"call": 40})
    assert [(cap.code, cap.max, cap.days) for cap in policy.caps] == [(Reason.CAP_DAY, 2, 1)]
    assert (policy.channels["email"].daily_volume, policy.channels["sms"].enabled) == (500, False)
    assert (policy.service_per_day, policy.birthday_reserve_days) == (3, 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "allowed"),
    [
        ("cool_down_hours: 24", "cool_down: 24", 2, "cool_down", "cool_down_hours"),
        ("cool_down_hours: 24", "cool_down_hours: -1", 2, "cool_down_hours", None),
        ('"22:00"', '"24:00"', 1, "quiet_hours.from", None),
        ('"22:00"', "22", 1, "quiet_hours.from", None),
        ("code: cap_day", "code: cap_week", 4, "caps.0.code", "cap_day"),
        ("purposes: [care, marketing]", "purposes: [care, service]", 4, "caps.0.purposes.1", "care"),
        ("max: 2", "max: many", 4, "caps.0.max", None),
        ("days: 1", "days: 0", 4, "caps.0.days", None),
        ("email: {", "fax: {", 6, "channels.fax", "email"),
        ("email: {adapter: file", "email: {adapter: pigeon", 6, "channels.email.adapter", "file"),
        ("enabled: false", "enabled: maybe", 7, "channels.sms.enabled", "true"),
        ("call: 40", "dance: 40", 8, "task_capacity.dance", "call"),
        ("global_control: 5%", "global_control: 11%", 9, "global_control", None),
    ],
)
def test_an_error_names_file_line_field_and_what_is_allowed(
    old: str, new: str, line: int, field: str, allowed: str | None
) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_contact(SMALL.replace(old, new), "contact.yaml")
    told = refused.value.data
    assert (told["file"], told["line"], told["field"]) == ("contact.yaml", line, field)
    assert allowed is None or allowed in told["allowed"]


def test_every_reason_and_answer_has_words_in_chinese_and_english() -> None:
    assert set(Reason) <= set(WORDS)
    assert {Answer.SEND, Answer.HOLD_OUT} <= set(WORDS)
    for zh, en in WORDS.values():
        assert not zh.isascii()
        assert en.isascii()
    assert in_words("gone_fishing") == ("gone_fishing", "gone_fishing")
