"""Which rules of a policy say when a report of the base raises an alarm?

Source: checklist.md, alarms on falls and early warning; the policy's `reports`, read like policy_rules.py.
Example: `reports: {falls_alarm_share: 0.1, warning: {look_back_days: 30, risk_rise_at_least: 0.1}}`.
"""

from dataclasses import dataclass

from scoring.domain.policy.reading import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsRule:
    """A flow alarms above this share of falls; a key account is warned of when its risk rose by so much in so long."""

    falls_alarm_share: float
    look_back_days: int
    risk_rise_at_least: float


def read_reports(section: Section) -> ReportsRule:
    warning = section.section("warning")
    rule = ReportsRule(
        falls_alarm_share=section.number("falls_alarm_share", most=1),
        look_back_days=warning.whole("look_back_days", least=1),
        risk_rise_at_least=warning.number("risk_rise_at_least", most=1),
    )
    for each in (section, warning):
        each.finish()
    return rule
