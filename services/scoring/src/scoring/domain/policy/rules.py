"""By which rules is a relationship judged? A policy, and the thresholds that a calibration found or the policy's own.

Source: scoring-model.md section 5: every score names both versions; thresholds are frozen between calibrations.
Example: `Rules.of(policy)` judges by the thresholds in the policy file, version `fixed`.
"""

from dataclasses import dataclass

from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What every scoring call needs beside the states and the day."""

    policy: Policy
    thresholds: Thresholds

    @classmethod
    def of(cls, policy: Policy) -> "Rules":
        """A policy with its own thresholds."""
        return cls(policy=policy, thresholds=policy.fixed)

    @property
    def versions(self) -> dict[str, str]:
        """As every score names them."""
        return {"policy": self.policy.version, "thresholds": self.thresholds.version}
