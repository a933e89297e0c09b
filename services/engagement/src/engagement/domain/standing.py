"""What must the arbiter know of a customer? One value, united over the customer's ids, at the moment of deciding.

Worked example: of two ids that are one customer, `consented` holds what neither has withdrawn, `used` the contacts of
both, and `heard` the latest of each event.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engagement.domain.caps import Contact
from engagement.domain.once_per import Earlier
from engagement.domain.validity import Kin


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`barred`: erased, suppressed, deceased or a test. `consented`: (purpose, channel). `heard`: last time by type.

    `first_heard`: first time by type. `used`: contacts that count or may. `kin`: actions of playbook families.
    `earlier`: other occasions of the same playbooks. `birthdays`: (occasion, local day) of greetings to come.
    """

    customer: str
    zone: ZoneInfo
    language: str = "zh"
    barred: bool = False
    consented: Set[tuple[str, str]] = frozenset()
    profiling_refused: bool = False
    addresses: Set[str] = frozenset()
    credits_left: Mapping[str, int] = field(default_factory=dict)
    open_case: bool = False
    heard: Mapping[str, datetime] = field(default_factory=dict)
    first_heard: Mapping[str, datetime] = field(default_factory=dict)
    used: Sequence[Contact] = ()
    kin: Sequence[Kin] = ()
    earlier: Sequence[Earlier] = ()
    birthdays: Sequence[tuple[int, date]] = ()
