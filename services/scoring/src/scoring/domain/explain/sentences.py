"""How is the explanation of a score, or of a difference, said in one sentence, in English and Chinese?

Source: scoring-model.md section 6: the three largest contributions, with the day of the newest event behind each.
Example: "Engagement is 42.6: +42.6 from attended events (last 2026-11-20)."
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from scoring.domain.explain.words import SCORE_WORDS, words
from scoring.domain.explain.words_of_categories import FLAG_WORDS, value_words
from scoring.domain.explain.words_of_money import is_money, money

MOST_NAMED: Final = 3
_RATIOS: Final = frozenset({"reciprocity", "churn_risk", "personal_contact", "coverage", "care.coverage"})
_UNKNOWN: Final = {
    "no_purchase": ("there is no purchase", "尚无购买"),
    "no_outbound": ("nobody has written or called personally", "我方尚未主动联系"),
    "no_events": ("nothing is recorded that it rests on", "尚无相关记录"),
    "too_few": ("too little is recorded, or too long ago", "记录太少或太久远"),
}


class Both(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str

    def as_mapping(self) -> dict[str, str]:
        return {"en": self.en, "zh": self.zh}


def digits_of(name: str) -> int:
    """How many decimals a sentence gives a metric."""
    if name in _RATIOS:
        return 2
    return 0 if name.startswith(("rfm.", "clv")) else 1


def _figure(name: str, value: float, currency: str, *, sign: str = "") -> str:
    """A metric's value, or with the sign "+" a part of it."""
    return money(value, currency, sign=sign) if is_money(name) else f"{value:{sign}.{digits_of(name)}f}"


def of_score(
    name: str, value: float, parts: Iterable[tuple[str, str | None, float, str | None]], currency: str
) -> Both:
    """`parts`: component, kind, points, newest day."""
    english, chinese = SCORE_WORDS[name]
    said = _figure(name, value, currency)
    en, zh = _named(name, parts, currency)
    if not en:
        return Both(f"{english} is {said}: nothing adds to it.", f"{chinese}为 {said}：暂无贡献。")
    return Both(f"{english} is {said}: {', '.join(en)}.", f"{chinese}为 {said}：{'，'.join(zh)}。")


def moved(
    name: str,
    before: float | None,
    after: float | None,
    parts: Iterable[tuple[str, str | None, float, str | None]],
    currency: str,
) -> Both:
    """`parts` as in of_score, their points being differences."""
    said = SCORE_WORDS[name]
    was, now = (None if one is None else _figure(name, one, currency) for one in (before, after))
    ends = f"{said[0]} goes from {was or 'unknown'} to {now or 'unknown'}"
    ends_zh = f"{said[1]}由{f' {was} ' if was else '未知'}变为{f' {now}' if now else '未知'}"
    if was == now:
        ends, ends_zh = f"{said[0]} stays {now or 'unknown'}", f"{said[1]}仍{f'为 {now}' if now else '未知'}"
    en, zh = _named(name, parts, currency)
    if was == now or not en:
        return Both(f"{ends}.", f"{ends_zh}。")
    more = _figure(name, (after or 0) - (before or 0), currency, sign="+")
    return Both(f"{ends} ({more}): {', '.join(en)}.", f"{ends_zh}（{more}）：{'，'.join(zh)}。")


def _named(
    name: str, parts: Iterable[tuple[str, str | None, float, str | None]], currency: str
) -> tuple[list[str], list[str]]:
    """The largest parts in both languages, but none that would read 0."""
    en, zh = [], []
    told = [part for part in parts if round(part[2], digits_of(name))]
    for component, kind, points, newest in sorted(told, key=lambda part: -abs(part[2]))[:MOST_NAMED]:
        said = words(component, kind)
        last, latest = ("", "") if newest is None else (f" (last {newest})", f"（最近 {newest}）")
        figure = _figure(name, points, currency, sign="+")
        en.append(f"{figure} from {said[0]}{last}")
        zh.append(f"{said[1]} {figure}{latest}")
    return en, zh


def of_unknown(name: str, code: str) -> Both:
    """Why a metric is null."""
    english, chinese = SCORE_WORDS[name]
    en, zh = _UNKNOWN.get(code, _UNKNOWN["no_events"])
    return Both(f"{english} is unknown: {en}.", f"{chinese}未知：{zh}。")


def changed(name: str, before: Any, after: Any) -> Both:
    """A category that moved, or did not."""
    said, was, now = SCORE_WORDS[name], value_words(before), value_words(after)
    if before == after:
        still = (
            f"仍{FLAG_WORDS[name][after]}"
            if isinstance(after, bool)
            else f"{said[1]}仍{'' if after is None else '为'}{now[1]}"
        )
        return Both(f"{said[0]} stays {now[0]}.", f"{still}。")
    return Both(f"{said[0]} goes from {was[0]} to {now[0]}.", f"{said[1]}由{was[1]}变为{now[1]}。")
