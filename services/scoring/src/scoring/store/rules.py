"""Which rules are in force? The policy that was published last, and the thresholds of the last calibration."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Unavailable
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.rules import Rules
from scoring.domain.policy.thresholds import Thresholds

# Asked in every transaction: a body that is known already does not come again.
_COUNT_IN = text("INSERT INTO counting (base_currency, zone) VALUES (:currency, :zone) ON CONFLICT DO NOTHING")
_IN_FORCE = text(
    """
    SELECT (SELECT base_currency || ' ' || zone FROM counting),
           p.number, p.version, CASE WHEN p.number = :policy THEN NULL ELSE CAST(p.body AS text) END,
           t.number, t.version, CASE WHEN t.number = :thresholds THEN NULL ELSE CAST(t.body AS text) END
    FROM (SELECT number, version, body FROM policy WHERE published_at IS NOT NULL
          ORDER BY published_at DESC, number DESC LIMIT 1) p
    LEFT JOIN (SELECT number, version, body FROM thresholds ORDER BY number DESC LIMIT 1) t ON true
    """
)


class NoPolicy(Unavailable):
    """No policy was loaded yet."""

    code = "no_policy"


class CountedOtherwise(Unavailable):
    """The states were counted in another currency or zone: what this process would add or compare is wrong."""

    code = "counted_otherwise"


class RulesInForce:
    """Read again when a version changes. `counting`: currency and zone of this process, checked each time if told."""

    def __init__(self, counting: str | None = None) -> None:
        self._counting = counting
        self._numbers: tuple[int, int | None] = (0, None)
        self._rules: Rules | None = None

    async def in_force(self, connection: AsyncConnection) -> Rules:
        """The rules by which everybody is judged now; raises NoPolicy, CountedOtherwise."""
        numbers, last = self._numbers, self._rules  # what the question was asked with, whoever reads meanwhile
        known = {"policy": numbers[0], "thresholds": numbers[1] or 0}
        row = (await connection.execute(_IN_FORCE, known)).one_or_none()
        if row is None:
            raise NoPolicy("No scoring policy is loaded: run `python -m scoring migrate`.")
        counted, *versions = row
        if self._counting is not None and counted not in (None, self._counting):
            raise CountedOtherwise(
                f"This database was counted in {counted}, and this process is told {self._counting}: set "
                "GUANXI_BASE_CURRENCY and GUANXI_ZONE as the other processes have them."
            )
        found = (versions[0], versions[3])
        if last is not None and found == numbers:
            return last
        rules = _read(last, versions)
        self._numbers, self._rules = found, rules
        return rules


async def count_in(connection: AsyncConnection, *, currency: str, zone: str) -> None:
    """Note once, for good, in which currency and zone this database counts."""
    await connection.execute(_COUNT_IN, {"currency": currency, "zone": zone})


def _read(last: Rules | None, row: Sequence[Any]) -> Rules:
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
