"""How does a row of somebody's file become an event? By a mapping file that says it field by field.

    zone: Asia/Shanghai              # of times without an offset; default: the deployment's zone
    rules:                           # the first rule whose `when` fits makes the event; none: the row is an error
      - when: {is_cancel: "1"}
        type: order.refunded
        id: "{InvoiceNo}"            # braces name columns
        time: "{invoice_ts}"
        data:
          identifiers: {user_id: "{CustomerID}"}
          amount_minor: {money: "{amount}", absolute: true}    # money: decimal text in major units of `currency`
          currency: GBP

A value is text with columns in braces, a nested table, a number or a boolean, or one of the forms {money: text,
absolute?: bool, round?: bool}, {integer: text}, {number: text}. Text that comes out empty is left out. More decimals
than the currency has are refused unless `round` says that they shall be rounded, half to even.
"""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from guanxi_cli.local.problem import Problem

_COLUMN: Final = re.compile(r"\{([^{}]+)\}")
_RULE_KEYS: Final = {"when", "type", "id", "time", "subject", "data"}
_REQUIRED: Final = ("type", "id", "time")
_EXPONENTS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
_FORMS: Final = ("money", "integer", "number")


class RowRefused(ValueError):
    """A row that the mapping cannot turn into an event; the text says which column and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A checked mapping. `shift` moves every time by whole days."""

    rules: list[dict[str, Any]]
    zone: tzinfo
    shift: timedelta = timedelta()

    def event(self, row: Table[str, str]) -> dict[str, Any]:
        """The canonical event of a row; RowRefused when no rule fits or a column is missing or unreadable."""
        for rule in self.rules:
            if all(row.get(column) == str(value) for column, value in rule.get("when", {}).items()):
                return self._event(rule, row)
        raise RowRefused("no rule's `when` fits this row")

    def _event(self, rule: dict[str, Any], row: Table[str, str]) -> dict[str, Any]:
        event: dict[str, Any] = {
            "id": _fill(rule["id"], row),
            "type": _fill(rule["type"], row),
            "time": self._time(_fill(rule["time"], row)),
        }
        if "subject" in rule:
            event["subject"] = _fill(rule["subject"], row)
        data = rule.get("data", {})
        event["data"] = _values(data, row, _fill(str(data.get("currency", "")), row))
        return event

    def _time(self, text: str) -> str:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise RowRefused(f"time {text!r} is no ISO 8601 date and time") from None
        return ((at if at.tzinfo else at.replace(tzinfo=self.zone)) + self.shift).isoformat()


def read_mapping(path: Path, zone: tzinfo, shift: timedelta = timedelta()) -> Mapping:
    """Read and check a mapping file; Problem names the file, the rule and what is allowed."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise Problem(f"{path}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise Problem(f"{path}: a mapping is a table with a list `rules`")
    if unknown := set(document) - {"rules", "zone"}:
        raise Problem(f"{path}: unknown key {sorted(unknown)[0]!r}; allowed are rules, zone")
    for number, rule in enumerate(document["rules"]):
        _check_rule(f"{path}: rules[{number}]", rule)
    try:
        own = ZoneInfo(document["zone"]) if "zone" in document else zone
    except (KeyError, ValueError) as error:
        raise Problem(f"{path}: zone {document['zone']!r} is no IANA time zone such as Asia/Shanghai") from error
    return Mapping(rules=document["rules"], zone=own, shift=shift)


def _check_rule(where: str, rule: Any) -> None:
    if not isinstance(rule, dict):
        raise Problem(f"{where} is no table")
    if unknown := set(rule) - _RULE_KEYS:
        raise Problem(f"{where}: unknown key {sorted(unknown)[0]!r}; allowed are {', '.join(sorted(_RULE_KEYS))}")
    for key in _REQUIRED:
        if not isinstance(rule.get(key), str):
            raise Problem(f"{where}: {key} is missing or no text")
    if not isinstance(rule.get("data", {}), dict) or not isinstance(rule.get("when", {}), dict):
        raise Problem(f"{where}: data and when are tables")


def _fill(text: str, row: Table[str, str]) -> str:
    def column(found: re.Match[str]) -> str:
        value = row.get(found[1])
        if value is None:
            raise RowRefused(f"the file has no column {found[1]!r}")
        return value

    return _COLUMN.sub(column, text).strip()


def _values(template: Table[str, Any], row: Table[str, str], currency: str) -> dict[str, Any]:
    filled = {key: _value(value, row, currency) for key, value in template.items()}
    return {key: value for key, value in filled.items() if value not in ("", None)}


def _value(template: Any, row: Table[str, str], currency: str) -> Any:
    if isinstance(template, str):
        return _fill(template, row)
    if not isinstance(template, dict):
        return template
    form = next((form for form in _FORMS if form in template), None)
    if form is None:
        return _values(template, row, currency)
    text = _fill(str(template[form]), row)
    return _number(form, text, currency, template) if text else None


def _number(form: str, text: str, currency: str, options: Table[str, Any]) -> int | float:
    exponent = _EXPONENTS.get(currency, 2) if form == "money" else 0
    try:
        value = abs(Decimal(text)) if options.get("absolute") else Decimal(text)
        if form == "number":
            return float(value)
        scaled = value.scaleb(exponent)
        whole = int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except (ArithmeticError, ValueError):  # no number, none that is finite, or one beyond all bounds
        raise RowRefused(f"{text!r} is no number") from None
    if whole != scaled and not options.get("round"):
        allowed = (
            f"{currency or 'money without a currency'} has {exponent}" if form == "money" else "an integer has none"
        )
        raise RowRefused(f"{text!r} has too many decimals: {allowed}")
    return whole
