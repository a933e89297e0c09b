"""How is a rule of the policy read from its section? Each field by what its type says may stand there.

A rule is a dataclass. A field stands in the section under its own name, or `At` another place; its type is a rule
itself, or names a reader: Positive, Share, by_kind(...). A key that no field asks for is refused, and a rule with a
`check` refuses fields that do not go together.
Example: of `class Fade: half_life_days: Positive` the mapping {"half_life_days": 0} is refused: "must be above 0".
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Annotated, Any, Final, NamedTuple, Protocol, TypeVar, get_type_hints, runtime_checkable

from scoring.domain.policy.mapping import kind_number
from scoring.domain.policy.reading import MOST, PolicyInvalid, Section

Reader = Callable[[Section, str], Any]
R = TypeVar("R")


class At(NamedTuple):
    """Where a field stands if not under its own name: a dotted path from the section of its rule."""

    path: str


@runtime_checkable
class Checked(Protocol):
    """A rule whose fields must go together."""

    def check(self, section: Section) -> None:
        """Raises PolicyInvalid."""


def read_rule(section: Section, rule: type[R]) -> R:
    """The rule that a section holds. Raises PolicyInvalid."""
    fields = _fields(rule)  # type: ignore[arg-type] # to mypy no TypeVar's type is hashable
    found = rule(**{name: read(section) for name, read in fields.items()})
    section.finish()
    if isinstance(found, Checked):
        found.check(section)
    return found


@lru_cache(maxsize=256)
def _fields(rule: type) -> Mapping[str, Callable[[Section], Any]]:
    """What reads each field from the section of its rule."""
    found = {}
    for name, hint in get_type_hints(rule, include_extras=True).items():
        said = getattr(hint, "__metadata__", ())
        place = next((each.path for each in said if isinstance(each, At)), name)
        read = next((each for each in said if not isinstance(each, At)), None)
        found[name] = partial(_read_at, place.split("."), read or inner(getattr(hint, "__origin__", hint)))
    return found


def _read_at(place: list[str], read: Reader, section: Section) -> Any:
    for each in place[:-1]:
        section = section.section(each)
    return read(section, place[-1])


def inner(rule: type) -> Reader:
    """A rule in a section of its own."""
    return lambda section, key: read_rule(section.section(key), rule)


def inners(rule: type) -> Reader:
    """A list of such rules."""
    return lambda section, key: tuple(read_rule(each, rule) for each in section.sections(key))


def number(*, most: float) -> Reader:
    return lambda section, key: section.number(key, most=most)


def whole(*, least: int = 0, most: float = MOST) -> Reader:
    return lambda section, key: section.whole(key, least=least, most=most)


def optional(read: Reader) -> Reader:
    """None where the key is left out."""
    return lambda section, key: read(section, key) if section.has(key) else None


def one_of(names: tuple[str, ...]) -> Reader:
    """The place of a text in a list of names."""

    def read(section: Section, key: str) -> int:
        name = section.text(key)
        if name not in names:
            raise PolicyInvalid(section.path(key), f"must be one of {', '.join(names)}")
        return names.index(name)

    return read


def kind_numbers(section: Section, key: str) -> tuple[int, ...]:
    """The numbers of a list of kinds."""
    return tuple(kind_number(name, section.path(key)) for name in section.texts(key))


def of_each(names: Iterable[str], read: Reader) -> Reader:
    """A mapping with just these names."""

    def read_all(section: Section, key: str) -> dict[str, Any]:
        each = section.section(key)
        return {name: read(each, name) for name in names}

    return read_all


def by_name(read: Reader) -> Reader:
    """A mapping with any names."""
    return lambda section, key: of_each(section.section(key).keys(), read)(section, key)


def by_kind(read: Reader) -> Reader:
    """A mapping with the names of kinds."""

    def read_known(section: Section, name: str) -> Any:
        kind_number(name, section.path(name))
        return read(section, name)

    return by_name(read_known)


def weights_of(names: tuple[str, ...], read: Reader) -> Reader:
    """The weights of these names, in their order, which sum to 1."""

    def read_all(section: Section, key: str) -> tuple[float, ...]:
        found = tuple(of_each(names, read)(section, key).values())
        section.section(key).finish()
        if abs(sum(found) - 1) > 1e-9:
            raise PolicyInvalid(section.path(key), "must sum to 1")
        return found

    return read_all


share: Final = number(most=1)

Positive = Annotated[float, Section.positive]
Amount = Annotated[float, Section.number]
Share = Annotated[float, share]
Score = Annotated[float, number(most=100)]
Whole = Annotated[int, Section.whole]
OneOrMore = Annotated[int, whole(least=1)]
Guard = Annotated[int, whole(most=365)]
Kinds = Annotated[tuple[int, ...], kind_numbers]
Text = Annotated[str, Section.text]
Texts = Annotated[tuple[str, ...], Section.texts]
