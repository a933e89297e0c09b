"""Which kinds of documents do operators write, how is each read, and where do the shipped ones lie?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from engagement.domain.calendar_reading import read_calendar
from engagement.domain.contact_reading import read_contact
from engagement.domain.playbook_reading import read_playbook
from engagement.domain.template_reading import read_template

PLAYBOOK: Final = "playbook"
TEMPLATE: Final = "template"
CONTACT: Final = "contact"
CALENDAR: Final = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """`files`: a pattern below the policies folder. `read(text, file)` raises DocumentInvalid."""

    files: str
    suffix: str
    read: Callable[[str, str], Any]  # the value differs by kind: Playbook, Template, ContactPolicy, CalendarPolicy


KINDS: Final[Mapping[str, DocumentKind]] = {
    PLAYBOOK: DocumentKind(files="playbooks/*.yaml", suffix=".yaml", read=read_playbook),
    TEMPLATE: DocumentKind(files="templates/*/*.liquid", suffix=".liquid", read=read_template),
    CONTACT: DocumentKind(files="contact.yaml", suffix=".yaml", read=read_contact),
    CALENDAR: DocumentKind(files="calendar.yaml", suffix=".yaml", read=read_calendar),
}


def name_of(kind: str, path: PurePath) -> str:
    """The name of a shipped document: `win_back`, `zh/win_back`, `contact`."""
    return f"{path.parent.name}/{path.stem}" if kind == TEMPLATE else path.stem
