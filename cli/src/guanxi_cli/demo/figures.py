"""How are figures of the report written? One way for the terminal and the page."""


def money(minor: int, currency: str) -> str:
    """Minor units of a currency with two decimals, as people read them."""
    return f"{minor / 100:,.0f} {currency}"


def percent(share: float) -> str:
    """A share from 0 to 1; never a minus before nothing."""
    return f"{share:.1%}".replace("-0.0%", "0.0%")


def counted(number: int, one: str, many: str) -> str:
    """ "1 customer", "2 customers"."""
    return f"{number:,} {one if number == 1 else many}"
