"""How does a customer's card read in full? Row by row; what is not known stands together, under its reason."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from guanxi_cli.demo.portrait_rows import plain, portrait_rows, spaced

IN_SHORT: Final = {"habits", "preferences", "portrait"}


def card_rows(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, what it says). Fields without a value are left to the rows of `unknown`, which name every one of them."""
    rows = [(name, _shown(value)) for name, value in card.items() if name != "unknown" and name not in IN_SHORT]
    known = [(spaced(name), text) for name, text in rows if text]
    return known + portrait_rows(card) + _unknown_rows(card.get("unknown", {}))


def _shown(value: Any) -> str:
    """Empty when there is no value."""
    if isinstance(value, dict):
        shown = {name: _shown(inner) for name, inner in value.items()}
        return ", ".join(f"{spaced(name)} {text}" for name, text in shown.items() if text)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return plain(value)


def _unknown_rows(unknown: Mapping[str, str]) -> list[tuple[str, str]]:
    """A row a reason; care.cs and care.cl become care (cs, cl)."""
    reasons: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, reason in unknown.items():
        group, _, name = path.rpartition(".")
        reasons[reason][group].append(spaced(name))
    rows = []
    for reason, groups in reasons.items():
        single = groups.pop("", [])
        nested = [f"{spaced(group)} ({', '.join(names)})" for group, names in groups.items()]
        rows.append((f"unknown: {spaced(reason)}", ", ".join(single + nested)))
    return rows
