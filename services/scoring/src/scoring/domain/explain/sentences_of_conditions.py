"""How is a condition said: that it holds, that a better value needs it, and how far it is from its limit?

A figure is given with as many decimals as tell it from its limit: 0.3996 below 0.4, not 0.4 below 0.4.
Example: "Engagement 42.57 (at least 20)", "参与 42.57（至少 20）"; needed, "参与至少 20（现为 5）".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from scoring.domain.explain.conditions import EQUAL, Clause, Condition
from scoring.domain.explain.sentences import MOST_NAMED, Both
from scoring.domain.explain.words import SCORE_WORDS
from scoring.domain.explain.words_of_categories import CONDITION_WORDS, SIGN_WORDS
from scoring.domain.explain.words_of_money import is_money, money

_HOLDS: Final = "{name} {figure}（{sign} {limit}）"
_NEEDED: Final = "{name}{sign} {limit}（现为 {figure}）"
_WOULD_SET: Final = "{name} {figure}（{sign} {limit} 才算）"
_DECIMALS: Final = (2, 3, 4, 6)
_SOLVED: Final = Both("the trouble to be resolved and closed", "解决投诉或差评并结案")


def of_holding(clauses: Iterable[Clause], currency: str) -> Both:
    """Why a value holds."""
    return _joined([_said(one, currency, _HOLDS) for one in _chosen(clauses)], ", ", "，")


def of_lacking(clauses: Iterable[Clause], currency: str, *, of_flag: bool) -> Both:
    """What does not hold and a better value needs; a flag does not get better, it would be set."""
    lacking = _chosen(clause for clause in clauses if not any(one.holds for one in clause))
    return _joined([_said(one, currency, _WOULD_SET if of_flag else _NEEDED) for one in lacking], " and ", "、")


def of_gaps(clauses: Sequence[Clause], currency: str) -> Both:
    """ "Strength +4.2": the smallest gap of each clause."""
    nearest = [min(clause, key=lambda each: abs(each.lacks)) for clause in clauses[:MOST_NAMED]]
    return _joined([_gap(one, currency) for one in nearest], " and ", "、")


def _joined(said: Sequence[Both], en: str, zh: str) -> Both:
    return Both(en.join(one.en for one in said), zh.join(one.zh for one in said))


def _chosen(clauses: Iterable[Clause]) -> list[Condition]:
    """One condition of each clause, the one that holds where there is one; of a figure the stricter one, the later."""
    by_name = {one.name: one for one in (next((one for one in clause if one.holds), clause[0]) for clause in clauses)}
    return list(by_name.values())[:MOST_NAMED]


def _said(one: Condition, currency: str, zh: str) -> Both:
    name, sign = _name(one.name), SIGN_WORDS[one.sign]
    if _is_of_trouble(one):
        en = name[0] if one.figure or not one.holds else f"no {name[0]}"
        return Both(en, _SOLVED.zh if zh == _NEEDED else f"{'有' if one.figure else '没有'}{name[1]}")
    limit = money(one.limit, currency) if is_money(one.name) else f"{one.limit:g}"
    if one.figure is None:
        return Both(f"{name[0]} unknown", f"{name[1]}{sign[1]} {limit}" if zh == _NEEDED else f"{name[1]}未知")
    figure = money(one.figure, currency) if is_money(one.name) else _rounded(one, one.figure)
    if one.sign == EQUAL and one.holds:
        return Both(f"{name[0]} {figure}", f"{name[1]} {figure}")
    return Both(
        f"{name[0]} {figure} ({sign[0]} {limit})", zh.format(name=name[1], figure=figure, sign=sign[1], limit=limit)
    )


def _rounded(one: Condition, figure: float) -> str:
    """With two decimals, or as many as it takes to stand on its side of the limit."""
    if abs(figure) >= 1e5:
        return f"{figure:.0f}"
    shown = (round(figure, decimals) for decimals in _DECIMALS)
    return f"{next((each for each in shown if replace(one, figure=each).holds == one.holds), figure):.10g}"


def _gap(one: Condition, currency: str) -> Both:
    if _is_of_trouble(one):
        return _SOLVED
    name, sign = _name(one.name), SIGN_WORDS[one.sign]
    if not one.lacks:
        return Both(f"{name[0]} {sign[0]} {one.limit:g}", f"{name[1]}{sign[1]} {one.limit:g}")
    gap = money(one.lacks, currency, sign="+") if is_money(one.name) else f"{one.lacks:+.3g}"
    return Both(f"{name[0]} {gap}", f"{name[1]} {gap}")


def _is_of_trouble(one: Condition) -> bool:
    """A condition that asks whether there is trouble, not how much."""
    return one.name.startswith("trouble")


def _name(name: str) -> tuple[str, str]:
    return CONDITION_WORDS[name] if name in CONDITION_WORDS else SCORE_WORDS[name]
