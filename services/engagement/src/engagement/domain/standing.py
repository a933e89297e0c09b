"""What must the arbiter know of a customer? One value, united over the customer's ids, at the moment of deciding.

Worked example: of two ids that are one customer, `consented` holds what neither has withdrawn, `used` the contacts of
both, and `heard` the latest of each event.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engagement.domain.caps import Contact
from engagement.domain.once_per import Earlier
from engagement.domain.shown import Shown
from engagement.domain.validity import Kin


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`barred`: erased, suppressed, deceased or a test. `consented`: (purpose, channel). `heard`: last time by type.

    `first_heard`: first time by type. `used`: contacts that count or may. `kin`: actions of playbook families.
    `earlier`: occasions of the same playbooks by id. `birthdays`: (occasion, local day) of greetings to come.
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
    earlier: Mapping[int, Earlier] = field(default_factory=dict)
    birthdays: Sequence[tuple[int, date]] = ()
    shown: Shown = field(default_factory=Shown)

    def after(self, answered: Earlier, contact: Contact | None, kin: Kin | None) -> "Standing":
        """The standing once an occasion was answered, and what it sends counts."""
        return replace(
            self,
            earlier={**self.earlier, answered.occasion: answered},
            used=self.used if contact is None else [*self.used, contact],
            kin=self.kin if kin is None else [*self.kin, kin],
        )

    def moved(self, occasion: int, on: date | None) -> "Standing":
        """The standing once a contact that counts goes out on another day, or with None never."""
        used = [replace(one, on=on or one.on) if one.occasion == occasion else one for one in self.used]
        return replace(self, used=[one for one in used if on is not None or one.occasion != occasion])
