"""Which sentences of a report may be quoted? Each in Chinese and English, with n, the interval and what is not proven.

Example: "NPS +30.0 (n = 100, 95% interval +14.1 to +44.2)".
"""

from typing import Final

from feedback.domain.survey import Words

NO_ANSWERS: Final = {"zh": "还没有回答", "en": "no answers yet"}
ANSWERED: Final = {"zh": "已回答", "unit": "份", "en": "answered"}
COVERED: Final = {"zh": "被覆盖", "unit": "位", "en": "covered"}
IN_TIME: Final = {"zh": "按时联系", "unit": "件", "en": "contacted in time"}
RESOLVED: Final = {"zh": "的已处理个案得到解决", "unit": "件", "en": "of settled cases resolved"}
REOPENED: Final = {"zh": "被重新打开", "unit": "件", "en": "reopened"}
MEASURES: Final = {"experience": "体验", "loyalty": "忠诚", "recommendation": "推荐"}

_FEW: Final = {"zh": "；样本太少，不足以看趋势", "en": ": too few for a trend"}
_SURE: Final = {"zh": "，95% 置信区间 {} 至 {}{}", "en": ", 95% interval {} to {}{}"}


def tell_nps(point: float, low: float, high: float, n: int, *, few: bool) -> Words:
    """NPS with its interval, in points."""
    around = _around(low, high, "+.1f")
    told = {"zh": f"NPS {point:+.1f}（n = {n}{around['zh']}）", "en": f"NPS {point:+.1f} (n = {n}{around['en']})"}
    return _cautious(told, few=few)


def tell_csat(value: float, low: float, high: float, mean: float, n: int, *, few: bool) -> Words:
    """The per cent of satisfied customers, the mean beside it."""
    around = _around(low, high, ".1f", "%")
    return _cautious(
        {
            "zh": f"{value:.1f}% 满意（n = {n}{around['zh']}），平均 {mean:.2f}，满分 5",
            "en": f"{value:.1f}% satisfied (n = {n}{around['en']}), mean {mean:.2f} of 5",
        },
        few=few,
    )


def tell_ces(mean: float, low: float | None, high: float | None, easy: float, n: int, *, few: bool) -> Words:
    """The mean ease on 1-7, the per cent for whom it was easy beside it."""
    around = _around(low, high, ".2f")
    return _cautious(
        {
            "zh": f"轻松程度 {mean:.2f}，满分 7（n = {n}{around['zh']}），{easy:.1f}% 认为容易",
            "en": f"ease {mean:.2f} of 7 (n = {n}{around['en']}), {easy:.1f}% found it easy",
        },
        few=few,
    )


def tell_share(value: float, low: float, high: float, k: int, n: int, what: Words) -> Words:
    """So many per cent did something; `what` has the Chinese measure word as its unit."""
    around = _around(low, high, ".1f", "%")
    return {
        "zh": f"{value:.1f}% {what['zh']}（{n} {what['unit']}中的 {k} {what['unit']}{around['zh']}）",
        "en": f"{value:.1f}% {what['en']} ({k} of {n}{around['en']})",
    }


def tell_gap(value: float, low: float | None, high: float | None, n: int, *, proven: bool) -> Words:
    """Experienced less expected, on 1-5."""
    around = _around(low, high, "+.2f")
    zh, en = ("差距已证实", "a proven gap") if proven else ("差距未证实", "no proven gap")
    return {
        "zh": f"与期望相比 {value:+.2f}，满分 5（n = {n}{around['zh']}）：{zh}",
        "en": f"{value:+.2f} of 5 against what was expected (n = {n}{around['en']}): {en}",
    }


def tell_correlation(between: str, r: float, low: float, high: float, p: str, n: int) -> Words:
    """Two measures go together; never told as cause."""
    around, names = _around(low, high, "+.2f"), _names(between)
    return {
        "zh": f"{names['zh']}的秩相关 r = {r:+.2f}（n = {n}{around['zh']}，{p}）；这不说明因果",
        "en": f"{names['en']} go together by r = {r:+.2f} (n = {n}{around['en']}, {p}); this says nothing of a cause",
    }


def tell_no_correlation(between: str, n: int, fewest: int) -> Words:
    """Nothing can be said of two measures."""
    names = _names(between)
    return {
        "zh": f"{names['zh']}：回答不够（{fewest} 份中的 {n} 份），或全部相同",
        "en": f"{names['en']}: not enough answers ({n} of {fewest}), or all alike",
    }


def tell_pain(volume: int, shortfall: float, pain: float) -> Words:
    """Volume times mean shortfall."""
    return {
        "zh": f"{volume} 个声音平均比期望低量表的 {100 * shortfall:.1f}%：痛点 {pain:.1f}",
        "en": f"{volume} {'voice' if volume == 1 else 'voices'} fell short by {100 * shortfall:.1f}% of the scale on "
        f"average: pain {pain:.1f}",
    }


def _around(low: float | None, high: float | None, form: str, unit: str = "") -> dict[str, str]:
    if low is None or high is None:
        return dict.fromkeys(_SURE, "")
    return {one: text.format(format(low, form), format(high, form), unit) for one, text in _SURE.items()}


def _cautious(told: Words, *, few: bool) -> Words:
    return {one: text + _FEW[one] for one, text in told.items()} if few else told


def _names(between: str) -> Words:
    first, second = between.split("_")
    return {"zh": f"{MEASURES[first]}与{MEASURES[second]}", "en": f"{first} and {second}"}
