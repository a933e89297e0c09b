"""Who of the sample speaks in the demo? Every 20th customer by number, with sample consents, addresses and answers.

The sample holds invoices only. What is added is deterministic, goes in by HTTP like everything else, and is labelled:
events say `"sample": true`, answers come from the source `sample`. Three of four people allow care and surveys.
"""

import csv
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from guanxi_cli.demo.sample import FILE

EVERY: Final = 20
SOURCE: Final = "sample"
SCORES: Final = (10, 10, 9, 9, 9, 8, 8, 7, 7, 6, 5, 2)
"""What is answered, in equal shares; somebody is unhappy in every shop."""
LANGUAGES: Final = ("zh", "en")
CONSENTING: Final = 4
LABEL: Final = {"sample": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """One customer of the sample who speaks. `number` is the shop's; `lot` decides what is said."""

    number: str
    lot: int

    @property
    def known_as(self) -> str:
        return f"user_id:{self.number}"

    @property
    def score(self) -> int:
        """The answer to "would you recommend us", 0 to 10."""
        return SCORES[self.lot % len(SCORES)]

    @property
    def consents(self) -> bool:
        return self.lot // len(SCORES) % CONSENTING != 0

    def events(self, source: str, now: datetime, zone: str) -> Iterator[dict[str, Any]]:
        """Who the person is, and what may be done."""
        who = {"user_id": self.number, "email": f"sample-{self.number}@example.com"}
        language = LANGUAGES[self.lot % len(LANGUAGES)]
        profile = {"name": f"Sample {self.number}", "language": language, "zone": zone}
        told: list[tuple[str, str, dict[str, Any]]] = [("profile", "profile.updated", {"profile": profile})]
        if self.consents:
            for purpose in ("care", "research"):
                consent = {"purpose": purpose, "channel": "*", "evidence": "sample"}
                told.append((purpose, "consent.granted", {"consent": consent}))
        for name, type_, data in told:
            yield {
                "id": f"sample-{self.number}-{name}",
                "source": source,
                "type": type_,
                "time": now.isoformat(),
                "data": {"identifiers": who, "properties": LABEL, **data},
            }

    def answer(self, now: datetime) -> dict[str, Any]:
        """The body of POST /v1/answers."""
        return {
            "source": SOURCE,
            "id": f"nps-{self.number}",
            "customer": self.known_as,
            "survey": "nps_relationship",
            "answered_at": now.isoformat(),
            "rating": {"value": self.score, "min": 0, "max": 10},
        }


def sample_people() -> list[SamplePerson]:
    """In the order of their numbers; the same at every run."""
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        numbers = {row["CustomerID"] for row in csv.DictReader(file)}
    spoken = sorted(number for number in numbers if number.isdigit() and int(number) % EVERY == 0)
    return [SamplePerson(number=number, lot=_lot(number)) for number in spoken]


def _lot(number: str) -> int:
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:4])
