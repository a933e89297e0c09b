"""What must be known to handle cases? The deployment's zone, its partitions and the policy in force."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from feedback.domain.case_policy import CasePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """`zone` has the work days; `partitions` are those of every topic."""

    zone: ZoneInfo
    partitions: int
    policy: CasePolicy
