"""Which rules are in force? The policy that was published last, and the thresholds of the last calibration."""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Unavailable
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.rules import Rules
from scoring.domain.policy.thresholds import Thresholds

# Asked in every transaction: a body that is known already does not come again.
_IN_FORCE = text(
    """
    SELECT p.number, p.version, CASE WHEN p.number = :policy THEN NULL ELSE CAST(p.body AS text) END,
           t.number, t.version, CASE WHEN t.number = :thresholds THEN NULL ELSE CAST(t.body AS text) END
    FROM (SELECT number, version, body FROM policy WHERE published_at IS NOT NULL
          ORDER BY published_at DESC, number DESC LIMIT 1) p
    LEFT JOIN (SELECT number, version, body FROM thresholds ORDER BY number DESC LIMIT 1) t ON true
    """
)


class NoPolicy(Unavailable):
    """No policy was loaded yet."""

    code = "no_policy"


class RulesInForce:
    """Read again when a version changes."""

    def __init__(self) -> None:
        self._numbers: tuple[int, int | None] = (0, None)
        self._rules: Rules | None = None

    async def in_force(self, connection: AsyncConnection) -> Rules:
        """The rules by which everybody is judged now; raises NoPolicy."""
        numbers, last = self._numbers, self._rules  # what the question was asked with, whoever reads meanwhile
        known = {"policy": numbers[0], "thresholds": numbers[1] or 0}
        row = (await connection.execute(_IN_FORCE, known)).one_or_none()
        if row is None:
            raise NoPolicy("No scoring policy is loaded: run `python -m scoring migrate`.")
        found = (row[0], row[3])
        if last is not None and found == numbers:
            return last
        rules = _read(last, row)
        self._numbers, self._rules = found, rules
        return rules


def _read(last: Rules | None, row: Any) -> Rules:
    _, version, body, number, named, record = row
    if body is not None or last is None:
        policy = Policy.from_mapping({**msgspec.json.decode(body), "version": version})
    else:
        policy = last.policy
    if number is None:
        return Rules.of(policy)
    if record is None and last is not None:
        return Rules(policy=policy, thresholds=last.thresholds)
    return Rules(policy=policy, thresholds=Thresholds.from_mapping(msgspec.json.decode(record), version=named))
