"""What does a quality run say, in sentences that a person can read?

Source: scoring-model.md section 5; the figures are those of quality.py. Nothing is claimed that the figures do not say:
where a plain ranking did better than churn risk, the sentence says so.
Example: "Churn risk ranks who buys again with AUC 0.782; the best plain ranking is rfm_sum with 0.775."
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scoring.domain.counted import counted
from scoring.domain.explain.words_of_categories import value_words

PLAIN: Final = {
    "recency": ("recency", "最近购买时间"),
    "frequency": ("frequency", "购买频率"),
    "monetary": ("monetary", "购买金额"),
    "rfm_sum": ("rfm_sum", "三项得分之和（R + F + M）"),
}
HEALTHY: Final = {
    "churn_band_low": ("churn band low", "流失风险等级低"),
    "health_high": ("health high", "关怀指数高"),
}
BASE: Final = (
    ("Of {people} who had bought by {as_of}, {bought:,} ({share:.1%}) bought in the {horizon} after."),
    "截至 {as_of} 买过的 {customers:,} 位客户中，{bought:,} 位（{share:.1%}）在此后 {horizon_days} 天内再次购买。",
)
NOBODY: Final = ("Nobody had bought by {as_of}: choose a later as_of.", "截至 {as_of} 还没有人购买：请选更晚的日期。")
AUC: Final = (
    "Churn risk ranks who buys again with AUC {ours:.3f}; the best plain ranking is {name} with {theirs:.3f}.",
    "流失风险对谁会再次购买的排序能力（AUC）为 {ours:.3f}；简单排序中最好的是{name}，为 {theirs:.3f}。",
)
ERROR: Final = (
    (
        "Predicted and observed churn differ by {error:.1%} on average of ten groups, at most {most:.1%}; Brier "
        "{brier:.4f}, of the base rate alone {base_rate:.4f}."
    ),
    (
        "按风险分为十组，预测与实际的流失率平均相差 {error:.1%}，最多相差 {most:.1%}；概率误差（Brier）为 "
        "{brier:.4f}，只按平均流失率预测则为 {base_rate:.4f}。"
    ),
)
SPEND: Final = (
    (
        "The top {top:.0%} by CLV hold {clv:.1%} of the spend of those days, by 12 months' money {monetary:.1%}; "
        "nobody could have chosen more than {perfect:.1%}."
    ),
    (
        "按客户生命周期价值排在前 {top:.0%} 的客户占这段时间消费的 {clv:.1%}，按近 12 个月购买金额排则占 "
        "{monetary:.1%}；怎样选都不会超过 {perfect:.1%}。"
    ),
)
SEGMENTS: Final = ("Bought again, by segment: {told}: {word}.", "各客户细分再次购买的比例：{told}，{word}。")
ORDERED: Final = ("strictly ordered", "依次递减")
NOT_ORDERED: Final = ("not in order, so look at the segment rules", "次序不符，请检查细分规则")
ALARM: Final = (
    (
        "Alarm: of {people} judged healthy ({group}) {observed:.1%} left where {predicted:.1%} were "
        "predicted. Calibrate, and look at what changed for them."
    ),
    (
        "偏移警报：判为健康的 {customers:,} 位客户（{group}）流失了 {observed:.1%}，而预测为 {predicted:.1%}。"
        "请重新校准，并查明他们身上发生了什么变化。"
    ),
)
CALM: Final = (
    "No group judged healthy left clearly more often than predicted.",
    "判为健康的客户，流失并未明显多于预测。",
)


def sentences(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """By language; `facts` are the figures of `judge` with as_of and horizon_days."""
    return {"en": list(_told(facts, 0)), "zh": list(_told(facts, 1))}


def _told(facts: Mapping[str, Any], language: int) -> Iterator[str]:
    if not facts["customers"]:
        yield NOBODY[language].format(**facts)
        return
    horizon = counted(facts["horizon_days"], "day", "days")
    yield BASE[language].format(people=_people(facts), horizon=horizon, **facts)
    auc = facts["auc"]
    if auc["churn_risk"] is not None:
        name = max(PLAIN, key=lambda each: auc[each])
        yield AUC[language].format(ours=auc["churn_risk"], name=PLAIN[name][language], theirs=auc[name])
    brier = facts["brier"]
    yield ERROR[language].format(
        error=facts["calibration_error"],
        most=facts["largest_calibration_error"],
        brier=brier["churn_risk"],
        base_rate=brier["base_rate"],
    )
    if facts["spend_of_top"]["clv"] is not None:
        yield SPEND[language].format(top=facts["top_share"], **facts["spend_of_top"])
    if facts["segments_ordered"] is not None:
        rows = [row for row in facts["segments"] if row["customers"]]
        shares = [f"{value_words(row['segment'])[language]} {row['share']:.1%}" for row in rows]
        word = ORDERED if facts["segments_ordered"] else NOT_ORDERED
        yield SEGMENTS[language].format(told=(", ", "、")[language].join(shares), word=word[language])
    alarms = [group for group in facts["drift"]["groups"] if group["alarm"]]
    for group in alarms:
        yield ALARM[language].format(people=_people(group), **{**group, "group": HEALTHY[group["group"]][language]})
    if not alarms:
        yield CALM[language]


def _people(facts: Mapping[str, Any]) -> str:
    return counted(facts["customers"], "customer", "customers")
