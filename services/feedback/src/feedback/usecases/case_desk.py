"""What must be known to handle cases? The deployment's zone, its partitions, the policy in force, the seal of notes."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from feedback.domain.case_policy import CasePolicy
from feedback.store.text_seal import TextSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """`zone` has the work days; `partitions` are those of every topic."""

    zone: ZoneInfo
    partitions: int
    policy: CasePolicy
    seal: TextSeal
