"""How far is a project sale, and who plays which part in it? 项目立项, 初步接触, 技术突破, 关系突破

Source: checklist.md section 2, project-sale hints: an optional template for business customers. The policy maps event
types to its steps, in order; the step is the furthest that was reached up to the day. Roles: data.contact_role (or in
properties), the last word on each. Empty in the policy, or nothing of it recorded: not a project.
Example: project.initiated, then technical.breakthrough: technical_breakthrough, first_contact was skipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from scoring.domain.policy.read_rule import Text, Texts, inners
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Deed, Past, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStep:
    """Reached with the first event of any of the types."""

    name: Text
    types: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRule:
    """First step first."""

    steps: Annotated[tuple[ProjectStep, ...], inners(ProjectStep)]

    def check(self, section: Section) -> None:
        if len({one.name for one in self.steps}) < len(self.steps):
            raise PolicyInvalid(section.path("steps"), "names must differ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    name: str
    reached_on: date | None
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    role: str
    last_on: date
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStage:
    """`step`: the furthest reached; `steps` in the policy's order, `reached_on` null: not reached."""

    step: str
    steps: tuple[Step, ...]
    roles: tuple[Role, ...]


def project_stage(past: Past, rule: ProjectRule) -> ProjectStage | Unknown:
    """The step on the day; NO_EVENTS when no step was reached."""
    reached = {one.name: past.of(*one.types) for one in rule.steps}
    done = [name for name, deeds in reached.items() if deeds]
    if not done:
        return Unknown.NO_EVENTS
    steps = [
        Step(
            name=name,
            reached_on=date_of(past.as_of - deeds[0].age) if deeds else None,
            events=names(deeds),
        )
        for name, deeds in reached.items()
    ]
    roles: dict[str, list[Deed]] = {}
    for deed in past.deeds:
        inner = deed.data.get("properties")
        told = deed.text("contact_role") or (inner.get("contact_role") if isinstance(inner, Mapping) else None)
        if isinstance(told, str) and told:
            roles.setdefault(told, []).append(deed)
    return ProjectStage(
        step=done[-1],
        steps=tuple(steps),
        roles=tuple(
            Role(role=role, last_on=date_of(past.as_of - deeds[-1].age), events=names(deeds))
            for role, deeds in sorted(roles.items())
        ),
    )
