"""What would a calibration change, in figures and in sentences that a person can read?

Source: scoring-model.md section 5. Old and new thresholds beside each other, who moves, and how well churn risk
foretold the last horizon under the fixed, the present and the new figures.
Example: "Churn risk misses less: Brier 0.1208, before 0.1345, ..."
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.domain.counted import counted
from scoring.domain.explain.words_of_categories import value_words
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.calibration_measures import FIXED, IN_FORCE, Measures
from scoring.domain.reports.what_if import Moves
from scoring.domain.state.days import date_of

WORDS: Final = {
    "recency": ("Recency, days", "最近购买时间（天）"),
    "frequency": ("Frequency, orders", "购买频率（单）"),
    "monetary": ("12 months' money", "购买金额（近 12 个月）"),
    "value": ("Value percentile (CV), money", "客户价值分位（CV）"),
    "key_account_minor": ("Key account from", "大客户门槛"),
    "m50_minor": ("Half point of money (m50)", "净消费额半值点（m50）"),
    "m0_minor": ("Mean order (m0)", "每单平均金额（m0）"),
    "churn.h": ("Churn half-life, days", "流失风险半衰期（天）"),
    "churn.r": ("Churn prior r", "流失风险先验 r"),
    "churn.alpha": ("Churn prior alpha, days", "流失风险先验 alpha（天）"),
}
MOVED_WORDS: Final = {
    "segment": ("segment", "客户细分"),
    "tier": ("tier", "关系层次"),
    "stage": ("stage", "发展阶段"),
    "churn_band": ("churn band", "流失风险等级"),
    "key_account": ("standing as a key account", "大客户身份"),
}
BASE: Final = (
    (
        "As of {as_of}: {buyers:,} of {customers:,} customers bought within {window_days} days; orders since "
        "{first_purchase}, the last on {last_purchase}."
    ),
    (
        "截至 {as_of}，{customers:,} 位客户中有 {buyers:,} 位在近 {window_days} 天内买过；首单在 {first_purchase}，"
        "最近一单在 {last_purchase}。"
    ),
)
BRIER: Final = (
    (
        "Churn risk {word}: Brier {new:.4f}, before {in_force:.4f}, with the policy's own figures {fixed:.4f} "
        "({customers:,} customers, of whom {silent:,} stayed away for {horizon_days} days)."
    ),
    (
        "流失风险的预测{word}：概率误差（Brier）为 {new:.4f}，此前为 {in_force:.4f}，按策略自带的数值为 {fixed:.4f}"
        "（{customers:,} 位客户，其中 {silent:,} 位在 {horizon_days} 天内没有购买）。"
    ),
)
BETTER: Final = ("misses less than before", "比此前更准")
AS_GOOD: Final = ("misses as much as before", "与此前一样准")
WORSE: Final = ("misses more than before", "不如此前准")
MOVED: Final = (
    "The {word} changes for {people} ({share:.1%}){largest}.",
    "{moved:,} 位客户（{share:.1%}）的{word}将会改变{largest}。",
)
LARGEST: Final = (
    "; the largest group goes from {was} to {now} ({customers:,})",
    "，其中最多的是由{was}变为{now}（{customers:,} 位）",
)
ONLY: Final = (", from {was} to {now}", "，由{was}变为{now}")
SAME: Final = 5e-5  # of the Brier score: as shown
MONEY: Final = ("monetary", "value", "key_account_minor", "m50_minor", "m0_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The thresholds before and after, and what they rest on; money in `currency`."""

    was: Thresholds
    now: Thresholds
    policy: Policy
    as_of: int
    base: Measures
    moves: Moves
    currency: str


def report(found: Calibrated) -> dict[str, Any]:
    """The report of a thresholds record."""
    base, errors = found.base, found.base.churn
    best = errors.best()
    brier = {
        "fixed": errors.brier(FIXED),
        "in_force": errors.brier(IN_FORCE),
        "new": None if best is None else best[1],
    }
    facts = {
        "as_of": date_of(found.as_of).isoformat(),
        "window_days": found.policy.rfm_window_days,
        "customers": base.customers,
        "buyers": len(base.recency_days),
        "orders": base.orders,
        "first_purchase": date_of(base.first_day).isoformat(),
        "last_purchase": date_of(base.last_day).isoformat(),
        "policy": found.policy.version,
        "was": found.was.version,
        "thresholds": [
            {"name": name, "was": was, "now": now}
            for (name, was), now in zip(_flat(found.was).items(), _flat(found.now).values(), strict=True)
        ],
        "churn": {
            "horizon_days": found.policy.churn.horizon_days,
            "customers": errors.customers,
            "silent": errors.silent,
            "brier": brier,
        },
        "moves": _moves(found.moves),
        "currency": found.currency,
    }
    return {**facts, "text": {"en": _text(facts, 0), "zh": _text(facts, 1)}}


def _moves(moves: Moves) -> dict[str, Any]:
    """Matrices as a what-if tells them, of the dimensions that thresholds decide."""
    told = moves.as_mapping()
    dimensions = [one for one in told["dimensions"] if one["dimension"] in MOVED_WORDS]
    return {"customers": told["customers"], "moved": told["moved"], "dimensions": dimensions}


def _flat(thresholds: Thresholds) -> dict[str, Any]:
    mapping = thresholds.as_mapping()
    churn = mapping.pop("churn")
    return {**mapping, **{f"churn.{name}": value for name, value in churn.items()}}


def _text(facts: Mapping[str, Any], language: int) -> str:
    """Markdown: sentences and the table of thresholds."""
    heads = ("| | before | now |", "| | 原值 | 新值 |")
    sentences = [f"- {sentence}" for sentence in _sentences(facts, language)]
    rows = [
        f"| {WORDS[row['name']][language]} | {_shown(row['name'], row['was'], facts)} "
        f"| {_shown(row['name'], row['now'], facts)} |"
        for row in facts["thresholds"]
    ]
    return "\n".join([*sentences, "", heads[language], "| --- | --- | --- |", *rows])


def _sentences(facts: Mapping[str, Any], language: int) -> Iterator[str]:
    yield BASE[language].format(**facts)
    churn = facts["churn"]
    brier = churn["brier"]
    if brier["new"] is not None:
        change = brier["new"] - brier["in_force"]
        word = (AS_GOOD if abs(change) < SAME else BETTER if change < 0 else WORSE)[language]
        yield BRIER[language].format(word=word, **brier, **churn)
    for moves in facts["moves"]["dimensions"]:
        share = moves["moved"] / max(facts["moves"]["customers"], 1)
        word = MOVED_WORDS[moves["dimension"]][language]
        people, largest = counted(moves["moved"], "customer", "customers"), _largest(moves, language)
        yield MOVED[language].format(moved=moves["moved"], people=people, share=share, word=word, largest=largest)


def _largest(moves: Mapping[str, Any], language: int) -> str:
    """The largest move, from where to where; its number where it is not the only one."""
    rows = [row for row in moves["matrix"] if row["from"] != row["to"]]
    if not rows:
        return ""
    most = max(rows, key=lambda each: each["customers"])
    was, now = (value_words(most[end])[language] for end in ("from", "to"))
    said = ONLY if len(rows) == 1 else LARGEST
    return said[language].format(was=was, now=now, customers=most["customers"])


def _shown(name: str, value: Any, facts: Mapping[str, Any]) -> str:
    values = value if isinstance(value, list) else [value]
    if name in MONEY:
        return " · ".join(f"{each / 100:,.2f}" for each in values) + f" {facts['currency']}"
    return " · ".join(f"{each:g}" for each in values)
