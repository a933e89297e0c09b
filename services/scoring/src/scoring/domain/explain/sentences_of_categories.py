"""How is the explanation of a category said in one or two sentences, in English and Chinese?

Source: scoring-model.md section 6: the conditions that it rests on, what holds it up or caps it, and the smallest step
to the next one. Example: "Tier is brand: Engagement 42.57 (at least 20). Next: face to face after 2 personal contacts."
"""

from collections.abc import Sequence

from scoring.domain.explain.categories import Cap, Reasons
from scoring.domain.explain.conditions import Clause, Condition
from scoring.domain.explain.next_step import NextStep, Way
from scoring.domain.explain.sentences import MOST_NAMED, Both
from scoring.domain.explain.words import SCORE_WORDS
from scoring.domain.explain.words_of_categories import CONDITION_WORDS, SIGN_WORDS, STEP_WORDS, value_words
from scoring.domain.explain.words_of_money import is_money, money
from scoring.domain.state.days import date_of


def of_category(name: str, found: Reasons, step: NextStep | None, currency: str) -> Both:
    """Value, conditions, guard, cap and the next step."""
    said, called = SCORE_WORDS[name], value_words(found.value)
    given = found.rule == (found.value if found.cap is None else found.cap.would_be)
    why = _conditions(found.clauses if given else [], currency, holds=True)
    if not given:
        lacking = [clause for clause in found.clauses if not any(one.holds for one in clause)]
        why = _falls_short(found.rule, _conditions(lacking, currency, holds=False))
    colon = (f": {why.en}", f"：{why.zh}") if why.en else ("", "")
    pieces = [Both(f"{said[0]} is {called[0]}{colon[0]}.", f"{said[1]}为{called[1]}{colon[1]}。")]
    if found.held is not None:
        pieces.append(_held(found))
    if found.cap is not None:
        pieces.append(_capped(found.cap))
    if step is not None:
        pieces.append(of_next(step, currency))
    return Both(" ".join(piece.en for piece in pieces), "".join(piece.zh for piece in pieces))


def _falls_short(better: str | bool, lacking: Both) -> Both:
    if not lacking.en:
        return Both("no rule for more holds", "未达更高一级")
    if isinstance(better, bool):
        return Both(f"it falls short on {lacking.en}", f"未满足{lacking.zh}")
    name = value_words(better)
    return Both(
        f"no rule for more holds; {name[0]} falls short on {lacking.en}",
        f"未达更高一级；{name[1]}未满足{lacking.zh}",
    )


def of_next(step: NextStep, currency: str) -> Both:
    """The smallest way to the next value, else what it lacks."""
    wanted = value_words(step.value)
    if step.ways:
        en, zh = _way(step.ways[0], money(step.purchase_minor, currency))
        return Both(f"Next: {wanted[0]} after {en}.", f"下一步：{zh}后可达{wanted[1]}。")
    if step.by_itself_day is not None:
        on = date_of(step.by_itself_day).isoformat()
        return Both(f"Next: {wanted[0]} by itself on {on}.", f"下一步：{on} 将自然达到{wanted[1]}。")
    lacking = _gaps(step.lacks, currency)
    if not lacking.en:
        return Both(f"No small step was found to {wanted[0]}.", f"未找到达到{wanted[1]}的小步骤。")
    return Both(f"Next: {wanted[0]}, which lacks {lacking.en}.", f"下一步：{wanted[1]}，尚缺{lacking.zh}。")


def _way(way: Way, usual: str) -> tuple[str, str]:
    """`usual`: how much each purchase is."""
    size = {"purchase": (f" of {usual}", f"（每次 {usual}）")}
    en = [
        f"{times} {STEP_WORDS[step][0 if times == 1 else 1]}{size.get(step, ('', ''))[0]}" for step, times in way.steps
    ]
    zh = [f"{times} {STEP_WORDS[step][2]}{size.get(step, ('', ''))[1]}" for step, times in way.steps]
    on = date_of(way.day).isoformat()
    return f"{' and '.join(en)} (by {on})", f"{'加'.join(zh)}（至 {on}）"


def _held(found: Reasons) -> Both:
    was, today = date_of(found.day).isoformat(), value_words(found.raw)
    en = f"Shown because it was so on {was}; the day alone gives {today[0]}"
    zh = f"因 {was} 达到而保留，按当日数据应为{today[1]}"
    if found.cap is not None:
        kept = value_words(found.cap.would_be)
        en = f"Without the cap {kept[0]}, because it was so on {was}; the day alone gives {today[0]}"
        zh = f"若无上限则因 {was} 达到而保留{kept[1]}，按当日数据应为{today[1]}"
    if found.fall is None:
        return Both(f"{en}.", f"{zh}。")
    turns, on = value_words(found.fall.value), date_of(found.fall.day).isoformat()
    return Both(f"{en}; it becomes {turns[0]} on {on} if nothing changes.", f"{zh}；若无变化将于 {on} 变为{turns[1]}。")


def _capped(cap: Cap) -> Both:
    trouble, ends = date_of(cap.trouble_day).isoformat(), date_of(cap.ends_day).isoformat()
    at, would_be = value_words(cap.at), value_words(cap.would_be)
    return Both(
        f"Unresolved trouble of {trouble} caps it at {at[0]} until it is resolved or {ends}; else {would_be[0]}.",
        f"{trouble} 的问题未解决，{ends} 前或解决前最高为{at[1]}，否则为{would_be[1]}。",
    )


def _conditions(clauses: Sequence[Clause], currency: str, *, holds: bool) -> Both:
    """One condition of each clause, the one that holds where there is one; of a figure the stricter one, the later."""
    by_name = {one.name: one for one in (next((one for one in clause if one.holds), clause[0]) for clause in clauses)}
    chosen = [_said(one, currency) for one in list(by_name.values())[:MOST_NAMED]]
    joint = (", ", "，") if holds else (" and ", "、")
    return Both(joint[0].join(one.en for one in chosen), joint[1].join(one.zh for one in chosen))


def _said(one: Condition, currency: str) -> Both:
    name, sign = _name(one.name), SIGN_WORDS[one.sign]
    limit = money(one.limit, currency) if is_money(one.name) else f"{one.limit:g}"
    if one.figure is None:
        return Both(f"{name[0]} unknown", f"{name[1]}未知")
    figure = f"{round(one.figure, 2):g}" if abs(one.figure) < 1e5 else f"{one.figure:.0f}"
    if is_money(one.name):
        figure = money(one.figure, currency)
    return Both(f"{name[0]} {figure} ({sign[0]} {limit})", f"{name[1]} {figure}（{sign[1]} {limit}）")


def _gaps(clauses: Sequence[Clause], currency: str) -> Both:
    """ "Strength +4.2": the smallest gap of each clause."""
    said = []
    for clause in list(clauses)[:MOST_NAMED]:
        one = min(clause, key=lambda each: abs(each.lacks))
        name, gap = _name(one.name), f"{one.lacks:+.3g}" if one.lacks else f"{one.sign} {one.limit:g}"
        if is_money(one.name):
            gap = money(one.lacks, currency, sign="+")
        if one.name.startswith("trouble"):
            said.append(Both("the trouble to be resolved", "解决投诉或差评"))
        else:
            said.append(Both(f"{name[0]} {gap}", f"{name[1]} {gap}"))
    return Both(" and ".join(each.en for each in said), "、".join(each.zh for each in said))


def _name(name: str) -> tuple[str, str]:
    return CONDITION_WORDS[name] if name in CONDITION_WORDS else SCORE_WORDS[name]
