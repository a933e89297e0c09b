"""Which values can a text be filled with? What the customer, the occasion and the card tell, as texts of one language.

What is unknown or empty is left out, so that a text cannot print it. Worked example: a profile {name: " Ann "} and an
order's facts give name "Ann" and order_id "1001"; a profile without a name gives no name.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

FESTIVAL_NAMES: Final = {
    "new_year": ("元旦", "New Year's Day"),
    "valentine": ("情人节", "Valentine's Day"),
    "new_year_eve": ("除夕", "Chinese New Year's Eve"),
    "spring_festival": ("春节", "Chinese New Year"),
    "lantern": ("元宵节", "the Lantern Festival"),
    "womens_day": ("妇女节", "Women's Day"),
    "labour_day": ("劳动节", "Labour Day"),
    "mothers_day": ("母亲节", "Mother's Day"),
    "childrens_day": ("儿童节", "Children's Day"),
    "dragon_boat": ("端午节", "the Dragon Boat Festival"),
    "fathers_day": ("父亲节", "Father's Day"),
    "qixi": ("七夕", "Qixi"),
    "teachers_day": ("教师节", "Teachers' Day"),
    "mid_autumn": ("中秋节", "the Mid-Autumn Festival"),
    "national_day": ("国庆节", "National Day"),
    "double_ninth": ("重阳节", "the Double Ninth Festival"),
    "winter_solstice": ("冬至", "the winter solstice"),
    "christmas": ("圣诞节", "Christmas"),
    "laba": ("腊八节", "the Laba Festival"),
    "little_new_year_north": ("小年", "Little New Year"),
}
"""(zh, en); days that nobody is greeted on, and days of shopping, have no name here."""

TIER_NAMES: Final = {
    "intimate": ("亲密关系", "intimate"),
    "face_to_face": ("面对面关系", "face to face"),
    "brand": ("品牌关系", "brand"),
    "distant": ("疏远关系", "distant"),
}
_TOLD: Final = {"order_id": "order_id", "url": "survey_url", "survey_kind": "survey_kind", "severity": "severity"}
_SHOWN: Final = ("segment", "tier", "status", "churn_band")


def variables_for(
    *,
    shop: str,
    language: str,
    zone: tzinfo,
    profile: Mapping[str, Any],
    facts: Mapping[str, Any],
    card: Mapping[str, Any] | None = None,
    preferences: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> dict[str, str]:
    """Name -> text. `facts` are the occasion's, `card` is scoring's last one, `due_at` a task's.

    `preferences`: key -> value, told in one line: `tea: green; size: M, L`.
    """
    data = facts.get("data") or {}
    chinese = language == "zh"
    festival, tier = str(facts.get("festival", "")), str((card or {}).get("tier") or "")
    values: dict[str, Any] = {
        "shop": shop,
        "name": profile.get("name"),
        "case_id": facts.get("case_id"),
        "touchpoint": data.get("touchpoint"),
        "festival": festival,
        "festival_name": FESTIVAL_NAMES.get(festival, ("", ""))[0 if chinese else 1],
        "tier_name": TIER_NAMES.get(tier, ("", ""))[0 if chinese else 1],
        "expires_at": _instant(data.get("expires_at"), zone, chinese),
        "due_at": _instant(due_at, zone, chinese),
        "preferences": _preferences(preferences or {}, chinese),
    }
    values |= {name: data.get(told) for told, name in _TOLD.items()}
    values |= {name: (card or {}).get(name) for name in _SHOWN}
    return {name: text for name, value in values.items() if (text := _one_line(value))}


def _instant(told: Any, zone: tzinfo, chinese: bool) -> str:
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        return ""
    if not isinstance(at, datetime):
        return ""
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}" if chinese else f"{local.day} {local:%B}, {local:%H:%M}"


def _preferences(told: Mapping[str, Any], chinese: bool) -> str:
    colon, comma, semicolon = ("：", "、", "；") if chinese else (": ", ", ", "; ")
    values = {key: value if isinstance(value, list) else [value] for key, value in told.items()}
    return semicolon.join(f"{key}{colon}{comma.join(_plain(one, chinese) for one in values[key])}" for key in values)


def _plain(value: Any, chinese: bool) -> str:
    if isinstance(value, bool):
        yes, no = ("是", "否") if chinese else ("yes", "no")
        return yes if value else no
    return str(value)


def _one_line(value: Any) -> str:
    """Control characters and line ends become spaces: a name must not write a second header or paragraph."""
    text = "" if value is None else str(value)
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
