"""What may staff ask of a case?"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from feedback.domain.case import Resolution, RootCause, Severity

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Named = Annotated[str, Field(min_length=1, max_length=128)]
Identifier = Annotated[str, Field(min_length=1, max_length=256)]


class NewCase(BaseModel):
    """`customer` is a canonical id or any known identifier: `email:ann@example.com`, `user_id:42`."""

    model_config = ConfigDict(extra="forbid")

    customer: Annotated[str, Field(min_length=1, max_length=300)]
    severity: Severity = Severity.NORMAL
    touchpoint: Named | None = None
    order_id: Identifier | None = None
    ticket_id: Identifier | None = None
    owner: Identifier | None = None
    note: Text | None = None


class Assignment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    owner: Annotated[Identifier, Field(description="a staff id, or a queue such as `queue:delivery`")]


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text


class Settlement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: Resolution = Resolution.RESOLVED
    root_cause: RootCause | None = None
    note: Text | None = None


class Reopening(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Text | None = None


class Amendment(BaseModel):
    """What is left out stays. `benefit` names what is offered to make up for it: engagement decides and grants."""

    model_config = ConfigDict(extra="forbid")

    root_cause: RootCause | None = None
    benefit: Named | None = None
