"""How is the explanation of a category said in one or two sentences, in English and Chinese?

Source: scoring-model.md section 6: the conditions that it rests on, what holds it up or caps it, and the smallest step
to the next one. Example: "Tier is brand: Engagement 42.57 (at least 20). Next: face to face after 2 personal contacts."
"""

from scoring.domain.explain.categories import Cap, Reasons
from scoring.domain.explain.next_step import NextStep, Way
from scoring.domain.explain.sentences import Both
from scoring.domain.explain.sentences_of_conditions import of_gaps, of_holding, of_lacking
from scoring.domain.explain.words import SCORE_WORDS
from scoring.domain.explain.words_of_categories import FLAG_WORDS, STEP_WORDS, value_words
from scoring.domain.explain.words_of_money import money
from scoring.domain.state.days import date_of


def of_category(name: str, found: Reasons, step: NextStep | None, currency: str) -> Both:
    """Value, conditions, guard, cap and the next step."""
    said, called = SCORE_WORDS[name], value_words(found.value)
    given = found.rule == (found.value if found.cap is None else found.cap.would_be)
    why = of_holding(found.clauses, currency) if given else _falls_short(found, currency)
    colon = (f": {why.en}", f"：{why.zh}") if why.en else ("", "")
    opening = FLAG_WORDS[name][found.value] if isinstance(found.value, bool) else f"{said[1]}为{called[1]}"
    pieces = [Both(f"{said[0]} is {called[0]}{colon[0]}.", f"{opening}{colon[1]}。")]
    if found.held is not None:
        pieces.append(_held(found))
    if found.cap is not None:
        pieces.append(_capped(found.cap))
    if step is not None:
        pieces.append(of_next(step, currency))
    return Both(" ".join(piece.en for piece in pieces), "".join(piece.zh for piece in pieces))


def _falls_short(found: Reasons, currency: str) -> Both:
    """What the next better value lacks."""
    is_flag = isinstance(found.rule, bool)
    lacking = of_lacking(found.clauses, currency, of_flag=is_flag)
    if not lacking.en:
        return Both("no rule for more holds", "未达更高一级")
    if is_flag:
        return Both(f"it falls short on {lacking.en}", lacking.zh)
    better = value_words(found.rule)
    return Both(f"no rule for more holds; {better[0]} falls short on {lacking.en}", f"{better[1]}还需{lacking.zh}")


def of_next(step: NextStep, currency: str) -> Both:
    """The smallest way to the next value, else what it lacks."""
    wanted = value_words(step.value)
    if step.ways:
        way, on = step.ways[0], date_of(step.ways[0].day).isoformat()
        en, zh = _way(way, money(step.purchase_minor, currency))
        return Both(f"Next: {wanted[0]} after {en} (by {on}).", f"下一步：{zh}，{on} 可达{wanted[1]}。")
    if step.by_itself_day is not None:
        on = date_of(step.by_itself_day).isoformat()
        return Both(f"Next: {wanted[0]} by itself on {on}.", f"下一步：{on} 将自然达到{wanted[1]}。")
    lacking = of_gaps(step.lacks, currency)
    if not lacking.en:
        return Both(f"No small step was found to {wanted[0]}.", f"暂未找到可达{wanted[1]}的简单步骤。")
    return Both(f"Next: {wanted[0]}, which lacks {lacking.en}.", f"下一步：{wanted[1]}，还差{lacking.zh}。")


def _way(way: Way, usual: str) -> tuple[str, str]:
    """`usual`: how much each purchase is."""
    en, zh = [], []
    for step, times in way.steps:
        one, more, chinese = STEP_WORDS[step]
        each = "每次 " if times > 1 else ""
        size = (f" of {usual}", f"（{each}{usual}）") if step == "purchase" else ("", "")
        en.append(f"{times} {one if times == 1 else more}{size[0]}")
        zh.append(f"{chinese.format(times=times)}{size[1]}")
    return " and ".join(en), "、".join(zh)


def _held(found: Reasons) -> Both:
    was, today = date_of(found.day).isoformat(), value_words(found.raw)
    en = f"Shown because it was so on {was}; the day alone gives {today[0]}"
    zh = f"{was} 仍符合条件，守护期内保留；按当日数据为{today[1]}"
    if found.cap is not None:
        kept = value_words(found.cap.would_be)
        en = f"Without the cap {kept[0]}, because it was so on {was}; the day alone gives {today[0]}"
        zh = f"若无上限，则因 {was} 仍符合条件而在守护期内保留{kept[1]}；按当日数据为{today[1]}"
    if found.fall is None:
        return Both(f"{en}.", f"{zh}。")
    turns, on = value_words(found.fall.value), date_of(found.fall.day).isoformat()
    return Both(f"{en}; it becomes {turns[0]} on {on} if nothing changes.", f"{zh}，若无变化将于 {on} 变为{turns[1]}。")


def _capped(cap: Cap) -> Both:
    trouble, ends = date_of(cap.trouble_day).isoformat(), date_of(cap.ends_day).isoformat()
    at, would_be = value_words(cap.at), value_words(cap.would_be)
    return Both(
        f"Trouble of {trouble}, not closed yet, caps it at {at[0]} until it is resolved and closed or {ends}; else "
        f"{would_be[0]}.",
        f"{trouble} 的投诉或差评尚未结案：解决并结案之前（最迟到 {ends}）最高为{at[1]}，否则为{would_be[1]}。",
    )
