"""Which hours, days and thresholds do cases go by? The part `cases` of policies/feedback.yaml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePolicy:
    """Hours until the first contact; days of signals and of settled cases; up to which share of a scale is bad."""

    contact_hours: int = 48
    key_account_hours: int = 24
    severe_hours: int = 4
    signal_days: int = 7
    close_days: int = 7
    nps_share: float = 0.6
    other_share: float = 0.25
