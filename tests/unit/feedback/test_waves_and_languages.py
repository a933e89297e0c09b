"""Which wave is it, and which language is spoken?"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedback.domain.language import language_of, language_of_browser
from feedback.domain.survey import WaveRule
from feedback.domain.wave import wave_at

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("at", "quarter", "month"),
    [
        (datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC), "2026-Q3", "2026-09"),
        (datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC), "2026-Q4", "2026-10"),
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "2026-Q4", "2026-12"),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), "2027-Q1", "2027-01"),
    ],
)
def test_a_wave_begins_at_local_midnight(at: datetime, quarter: str, month: str) -> None:
    for rule, name in ((WaveRule.QUARTER, quarter), (WaveRule.MONTH, month)):
        wave = wave_at(rule, at, SHANGHAI)
        assert wave.name == name
        assert wave.opens_at <= at < wave.closes_at
        assert wave_at(rule, wave.closes_at, SHANGHAI).opens_at == wave.closes_at


@pytest.mark.parametrize(
    ("told", "language"),
    [(None, "zh"), ("", "zh"), ("zh-Hans-CN", "zh"), ("zh_TW", "zh"), ("en-GB", "en"), ("EN", "en"), ("fr", "en")],
)
def test_a_profile_speaks_chinese_or_english(told: str | None, language: str) -> None:
    assert language_of(told) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "usual"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("fr, en;q=0.8, zh;q=0.9", "zh"),
        ("en;q=0, zh;q=0.1", "zh"),
        ("fr-FR, de", "usual"),
        ("en;q=nonsense", "usual"),
        ("*", "usual"),
        ("en" * 5000, "usual"),
    ],
)
def test_the_browser_chooses_by_quality(header: str, language: str) -> None:
    assert language_of_browser(header, usual="usual") == language
