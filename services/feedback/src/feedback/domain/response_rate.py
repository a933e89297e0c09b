"""How many of those who were asked answered? answered / sent, with Wilson's interval.

Sent are asks that a channel accepted; a reminder is no ask of its own, re-asks and answers to links that were never
delivered are counted apart. Source: feedback-model.md section 3. Example: 45 of 60 -> 75 %, [62.8, 84.2].
"""

from dataclasses import dataclass

from feedback.domain.wilson import Share, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """`wanted` asks were made; of them `sent` were delivered and `answered` of those; the others are apart."""

    wanted: int = 0
    sent: int = 0
    answered: int = 0
    answered_undelivered: int = 0
    skipped: int = 0


def response_rate(asks: Asks) -> Share | None:
    """Of delivered asks; None when nothing was delivered."""
    return share(asks.answered, asks.sent)
