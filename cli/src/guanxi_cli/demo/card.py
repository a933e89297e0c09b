"""How does a customer's card read in full? Row by row; what is not known stands together, under its reason."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def card_rows(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, what it says). Fields without a value are left to the rows of `unknown`, which name every one of them."""
    rows = [(name, _shown(value)) for name, value in card.items() if name != "unknown"]
    return [(_spaced(name), text) for name, text in rows if text] + _unknown_rows(card.get("unknown", {}))


def _shown(value: Any) -> str:
    """Empty when there is no value."""
    if isinstance(value, dict):
        shown = {name: _shown(inner) for name, inner in value.items()}
        return ", ".join(f"{_spaced(name)} {text}" for name, text in shown.items() if text)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)


def _unknown_rows(unknown: Mapping[str, str]) -> list[tuple[str, str]]:
    """A row a reason; care.cs and care.cl become care (cs, cl)."""
    reasons: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, reason in unknown.items():
        group, _, name = path.rpartition(".")
        reasons[reason][group].append(_spaced(name))
    rows = []
    for reason, groups in reasons.items():
        single = groups.pop("", [])
        nested = [f"{_spaced(group)} ({', '.join(names)})" for group, names in groups.items()]
        rows.append((f"unknown: {_spaced(reason)}", ", ".join(single + nested)))
    return rows


def _spaced(name: str) -> str:
    return name.replace("_", " ")
