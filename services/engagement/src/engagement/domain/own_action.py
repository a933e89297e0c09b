"""How does an operator's own action come before the arbiter? As a playbook of one step that only it follows.

Its occasion carries what was asked for in `facts["own"]`, and its playbook's name is reserved. Worked example: a
care message `sorry` by sms or email, valid for two days: priority 50, no holdout, once per occasion.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from engagement.domain.condition import All
from engagement.domain.playbook import ActionKind, Playbook, Purpose, Step, Tone

OPERATOR: Final = "operator"
PRIORITY: Final = 50


def playbook_of(facts: Mapping[str, Any], *, valid_for: timedelta) -> Playbook:
    """The playbook that an own action's occasion follows."""
    own = facts["own"]
    step = Step(
        index=0,
        kind=ActionKind(own["kind"]),
        after=timedelta(),
        unless=(),
        template=own["template"],
        channels=tuple(own["channels"]),
        task_kind=own.get("task_kind"),
        role=own.get("role"),
        due_within=None if own.get("due_within_hours") is None else timedelta(hours=own["due_within_hours"]),
    )
    return Playbook(
        name=OPERATOR,
        version=0,
        purpose=Purpose(own["purpose"]),
        priority=PRIORITY,
        when=(),
        conditions=All(),
        steps=(step,),
        valid_for=valid_for,
        tone=Tone(own.get("tone", Tone.PLAIN)),
    )
