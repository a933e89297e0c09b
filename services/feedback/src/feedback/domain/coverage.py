"""Whom do the answers speak for? Of the customers of each tier and segment: asked, answered, silent.

Coverage = customers who answered / customers known, with Wilson's interval; silent = asked without an answer. Source:
feedback-model.md section 3. Example: of 200 customers of tier brand 60 were asked and 45 answered: coverage 22.5 %,
[17.3, 28.8], 15 silent, 140 never asked.
"""

from dataclasses import dataclass

from feedback.domain.wilson import Share, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Customers of one group; `asked` are those whom an ask reached."""

    group: str | None
    customers: int
    asked: int
    answered: int
    silent: int

    @property
    def never_asked(self) -> int:
        """Neither asked nor heard of."""
        return max(0, self.customers - self.answered - self.silent)


def coverage(covered: Covered) -> Share | None:
    """The share of the group that answered; None of an empty group."""
    return share(min(covered.answered, covered.customers), covered.customers)
