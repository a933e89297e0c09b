"""How do habits, preferences and the portrait of a card read in a few lines? Figures without their events."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST: Final = 3  # of a list
REASONS: Final = {"events", "n"}  # what a figure rests on: the card itself tells it


def portrait_rows(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, what it says) of what is known; nothing where a card has no portrait."""
    rows = [("habits", _habits(card.get("habits") or {})), ("preferences", _preferences(card.get("preferences") or {}))]
    rows += [(spaced(name), ", ".join(_said(told))) for name, told in (card.get("portrait") or {}).items()]
    return [(name, text) for name, text in rows if text]


def _habits(habits: Mapping[str, Any]) -> str:
    usual = {name: habits[name]["value"] for name in ("weekday", "hour", "channel", "category") if habits.get(name)}
    if "hour" in usual:
        usual["hour"] = f"around {usual['hour']}:00"
    told = list(map(str, usual.values()))
    rhythm = habits.get("interval")
    if rhythm:
        told.append(f"every {rhythm['days']:g} days, next expected {rhythm['next_expected_on']}")
    return ", ".join(told)


def _preferences(preferences: Mapping[str, Any]) -> str:
    facts = preferences.get("facts", ())[:MOST]
    return ", ".join(f"{spaced(one['key'])} {one['value']} ({one['source']}, {one['confidence']:.2f})" for one in facts)


def _said(told: Any) -> Iterator[str]:
    """The figures of one question, one level down."""
    for name, value in told.items() if isinstance(told, Mapping) else [("", told)]:
        if name in REASONS or value is None or value is False:
            continue
        if isinstance(value, Mapping):
            words = [each for key, each in value.items() if key not in REASONS and each is not None]
            inner = value.get("en", next(iter(words), None))
            text = "" if isinstance(inner, Mapping | list) else plain(inner)
        elif isinstance(value, list):
            text = ", ".join(filter(None, map(_named, value[:MOST])))
        else:
            text = plain(value)
        if text:
            yield f"{spaced(name)} {text}".strip()


def _named(item: Any) -> str:
    """An item by the first thing that it says."""
    first = next(iter(item.values()), "") if isinstance(item, Mapping) else item
    return plain(first)


def plain(value: Any) -> str:
    """One value; empty where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)


def spaced(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")
