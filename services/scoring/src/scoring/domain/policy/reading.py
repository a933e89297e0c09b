"""How is a policy mapping read so that a mistake is refused with its place and its reason?

Example: `Section({"half_life_days": 0}, "scores.engagement").positive("half_life_days")` raises
PolicyInvalid("scores.engagement.half_life_days: must be above 0").
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.errors import Malformed


class PolicyInvalid(Malformed):
    """A policy or a thresholds record breaks a rule; `path` names the key, `why` the rule."""

    code = "policy_invalid"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}", path=path, why=why)


MOST: Final = 1e12
"""No figure of a policy is larger: sums of products of such figures stay exact enough to compare."""


NAME: Final = re.compile(r"[^\W.][\w.-]{0,63}")


class Section:
    """One mapping of the policy; `finish` refuses the keys that nobody asked for, in it and in its sections."""

    # `Any`: the values come from YAML or JSON and are checked here, one by one.
    def __init__(self, mapping: object, path: str) -> None:
        if not isinstance(mapping, Mapping):
            raise PolicyInvalid(path or "policy", "must be a mapping")
        self._mapping: Mapping[str, Any] = mapping
        self._path = path
        self._read: set[str] = set()
        self._sections: dict[str, Section] = {}

    def path(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        return key in self._mapping

    def keys(self) -> list[str]:
        return [str(key) for key in self._mapping]

    def take(self, key: str) -> Any:
        self._read.add(key)
        if key not in self._mapping:
            raise PolicyInvalid(self.path(key), "is missing")
        return self._mapping[key]

    def section(self, key: str) -> "Section":
        if key not in self._sections:
            self._sections[key] = Section(self.take(key), self.path(key))
        return self._sections[key]

    def sections(self, key: str) -> list["Section"]:
        items = self.take(key)
        if not isinstance(items, Sequence) or isinstance(items, str):
            raise PolicyInvalid(self.path(key), "must be a list of mappings")
        return [Section(item, f"{self.path(key)}[{number}]") for number, item in enumerate(items)]

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise PolicyInvalid(self.path(key), "must be a text")
        return value

    def name(self, key: str) -> str:
        """A text that may stand in a path and in a file's name."""
        value = self.text(key)
        if NAME.fullmatch(value) is None:
            raise PolicyInvalid(
                self.path(key), "must be 1 to 64 letters, digits, points, dashes or underscores, with no point in front"
            )
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(each, str) for each in value)
        ):
            raise PolicyInvalid(self.path(key), "must be a list of texts")
        return tuple(value)

    def number(self, key: str, *, least: float = 0.0, most: float = MOST) -> float:
        value = self.take(key)
        if not _is_number(value):
            raise PolicyInvalid(self.path(key), "must be a number")
        if not least <= value <= most:
            below = value < least and most == MOST
            reason = f"must be at least {least:g}" if below else f"must be from {least:g} to {most:g}"
            raise PolicyInvalid(self.path(key), reason)
        return float(value)

    def positive(self, key: str) -> float:
        value = self.number(key)
        if value <= 0:
            raise PolicyInvalid(self.path(key), "must be above 0")
        return value

    def whole(self, key: str, *, least: int = 0, most: float = MOST) -> int:
        value = self.number(key, least=least, most=most)
        if value != int(value):
            raise PolicyInvalid(self.path(key), "must be a whole number")
        return int(value)

    def cuts(self, key: str) -> tuple[float, float, float, float]:
        value = self.take(key)
        is_list = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 4
        if not is_list or not all(_is_number(each) for each in value):
            raise PolicyInvalid(self.path(key), "must be a list of 4 numbers")
        if list(value) != sorted(value):
            raise PolicyInvalid(self.path(key), "cuts must not fall")
        if not all(0 <= each <= MOST for each in value):
            raise PolicyInvalid(self.path(key), f"cuts must be from 0 to {MOST:g}")
        one, two, three, four = (float(each) for each in value)
        return one, two, three, four

    def finish(self) -> None:
        unknown = sorted(str(key) for key in self._mapping if key not in self._read)
        if unknown:
            raise PolicyInvalid(self.path(unknown[0]), "is not a known key")
        for section in self._sections.values():
            section.finish()


def _is_number(value: object) -> bool:
    """An integer of any size, or a finite float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
