"""What is shown of a customer's relationship and profile, for the conditions of playbooks?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Scoring's last card, (dimension, value) -> last day on which it was shown before, the profile, and what is liked.

    `preferences`: key -> value, as stated.
    """

    card: Mapping[str, Any] | None = None
    before: Mapping[tuple[str, str], date] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
