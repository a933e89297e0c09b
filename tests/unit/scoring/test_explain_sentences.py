"""Do the sentences of an explanation read well, in Chinese as in English?"""

import re

import pytest
from hypothesis import given, settings
from tests.unit.scoring.build import POLICY, SETTING, event, nps, on, order
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.explain.conditions import BELOW, Condition
from scoring.domain.explain.explain import View, explain_view, view
from scoring.domain.explain.explain_diff import explain_diff
from scoring.domain.explain.metrics import METRICS
from scoring.domain.explain.sentences import changed, moved
from scoring.domain.explain.sentences_of_conditions import of_holding
from scoring.domain.state.replay import Interaction

Story = list[Interaction]
A_YEAR = [order(day, 45_000) for day in range(0, 400, 40)]
UNSPACED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9+-]|[A-Za-z0-9][\u4e00-\u9fff]")


def seen(story: Story, day: int) -> View:
    return view(story, on(day), POLICY, POLICY.fixed, SETTING)


@pytest.mark.parametrize(
    ("name", "story", "day", "said"),
    [
        (
            "tier",
            [],
            0,
            f"关系层次为疏远关系：品牌关系还需参与至少 20（现为 0）。下一步：参加活动 1 次，{on(0)} 可达品牌关系。",
        ),
        ("stage", [nps(0, 9)], 0, "发展阶段为初始接触：信任建立还需购买天数至少 2（现为 0）。"),
        ("segment", A_YEAR, 370, "客户细分为高价值：最近购买 R 值 5（至少 3），频率 F 与金额 M 之和 10（至少 8）。"),
        ("rfm.named", A_YEAR, 370, "RFM 细分为核心客户：最近购买 R 值 5，频率 F 与金额 M 均值 5。"),
        ("key_account", [order(0)], 0, "不是大客户：近 12 个月净消费额 100.00 CNY（至少 2,000.00 CNY 才算）。"),
        ("severe", [], 0, "没有严重问题：没有尚未结案的投诉或差评。"),
        (
            "severe",
            [event("complaint.made", 0)],
            4,
            "有严重问题：距投诉或差评天数 4（低于 30），有尚未结案的投诉或差评。",
        ),
        ("care.health", [], 0, "关怀指数未知：尚无购买。"),
    ],
)
def test_an_explanation_is_written_in_chinese(name: str, story: Story, day: int, said: str) -> None:
    assert explain_view(name, seen(story, day)).sentences["zh"].startswith(said)


@given(stories, as_of_days)
@settings(max_examples=12, deadline=None)
def test_no_chinese_sentence_has_an_english_word_or_letters_without_a_space(story: Story, day: int) -> None:
    at = seen(story, day)
    told = [explain_view(name, at).sentences["zh"] for name in METRICS]
    told += [one.sentences["zh"] for one in explain_diff(seen(story, max(day - 30, 0)), at)]
    for sentence in told:
        assert re.search(r"[a-z_]{2,}", sentence) is None, sentence
        assert UNSPACED.search(sentence) is None, sentence


@pytest.mark.parametrize(("figure", "shown"), [(0.361, "0.36"), (0.3996, "0.3996"), (0.39999999, "0.39999999")])
def test_a_figure_just_below_its_limit_does_not_read_as_the_limit(figure: float, shown: str) -> None:
    told = of_holding([(Condition(name="churn_risk", figure=figure, sign=BELOW, limit=0.4),)], "CNY")
    assert told == (f"Churn risk {shown} (below 0.4)", f"流失风险 {shown}（低于 0.4）")


def test_a_part_that_would_read_zero_is_not_named() -> None:
    parts = [("trust", "promise_kept", -1.1, None), ("trust.prior", None, 0.04, None)]
    assert moved("trust", 63.6, 62.5, parts, "CNY") == (
        "Trust goes from 63.6 to 62.5 (-1.1): -1.1 from kept promises.",
        "信任由 63.6 变为 62.5（-1.1）：兑现承诺 -1.1。",
    )
    assert moved("trust", 62.54, 62.51, parts[1:], "CNY").zh == "信任仍为 62.5。"
    assert moved("trust", None, 50.0, [], "CNY").zh == "信任由未知变为 50.0。"


def test_what_did_not_change_is_said_in_one_breath() -> None:
    assert changed("severe", False, False).zh == "仍没有严重问题。"
    assert changed("status", None, None).zh == "状态仍未知。"
    assert changed("tier", "brand", "brand").zh == "关系层次仍为品牌关系。"
