"""How is an amount in minor units said in a sentence? With its decimals, thousands and currency.

Source: scoring-model.md section 1: money is integer minor units of the base currency (ISO 4217).
Example: 2000000 of CNY is "20,000.00 CNY"; 500 of JPY, which has no minor unit, is "500 JPY".
"""

from typing import Final

_WITHOUT_MINOR_UNIT: Final = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})


def is_money(metric: str) -> bool:
    """Whether a figure of that name is an amount in minor units."""
    return metric.endswith("_minor")


def money(minor: float, currency: str, *, sign: str = "") -> str:
    """`sign` "+": a difference."""
    if currency in _WITHOUT_MINOR_UNIT:
        return f"{minor:{sign},.0f} {currency}"
    return f"{minor / 100:{sign},.2f} {currency}"
