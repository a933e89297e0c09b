"""How many minor units is an amount that a dialect writes in the main unit? ISO 4217 exponents, decimal arithmetic.

159.00 CNY -> 15900, 1500 JPY -> 1500, 1.234 KWD -> 1234. Halves of a minor unit round away from zero.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

EXPONENTS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Every currency of ISO 4217 that is not divided into hundredths."""

_LARGEST: Final = Decimal(10) ** 18


def to_minor(amount: Any, currency: str) -> int | None:
    """Minor units of a number or a text that is one; None where it is no finite number."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        value = Decimal(str(amount).strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > _LARGEST:
        return None
    return int(value.scaleb(EXPONENTS.get(currency, 2)).to_integral_value(ROUND_HALF_UP))
