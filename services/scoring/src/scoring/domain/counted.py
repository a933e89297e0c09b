"""How is a count said in English? Chinese needs no such thing.

Example: counted(1, "key account", "key accounts") == "1 key account".
"""


def counted(number: int, one: str, many: str) -> str:
    """The number with the word that goes with it."""
    return f"{number:,} {one if number == 1 else many}"
