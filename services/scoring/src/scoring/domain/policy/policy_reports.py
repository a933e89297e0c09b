"""Which rules of a policy say when a report of the base raises an alarm?

Source: checklist.md, alarms on falls and early warning; the policy's `reports`, read like policy_rules.py.
Example: `reports: {falls_alarm_share: 0.1, warning: {look_back_days: 30, risk_rise_at_least: 0.1}}`.
"""

from dataclasses import dataclass
from typing import Annotated

from scoring.domain.policy.read_rule import At, OneOrMore, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsRule:
    """A flow alarms above this share of falls; a key account is warned of when its risk rose by so much in so long."""

    falls_alarm_share: Share
    look_back_days: Annotated[OneOrMore, At("warning.look_back_days")]
    risk_rise_at_least: Annotated[Share, At("warning.risk_rise_at_least")]
