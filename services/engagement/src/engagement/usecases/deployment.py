"""What do engagement's use cases need to know of where they run? The policies in force, the zone, the partitions."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from engagement.usecases.current_policies import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One a process. `zone`: what "day" means where no customer says otherwise; `partitions`: of every topic.

    `shop`: how it signs.
    """

    zone: ZoneInfo
    partitions: int
    shop: str = "Guanxi"
    policies: Policies = field(default_factory=Policies)
