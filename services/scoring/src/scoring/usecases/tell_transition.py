"""How is a stored transition told to a reader?"""

from typing import Any

from scoring.domain.explain.transition_words import of_transition
from scoring.store.transitions import Transition


def tell_transition(row: Transition, language: str) -> dict[str, Any]:
    """One row of GET .../transitions, with its reason as a sentence in both languages."""
    moved = [(reason["component"], reason["points"]) for reason in row.reasons]
    said = of_transition(row.dimension, row.was, row.now, on=row.as_of, cause=row.cause, reasons=moved).as_mapping()
    return {
        "at": row.at,
        "as_of": row.as_of,
        "dimension": row.dimension,
        "from": row.was,
        "to": row.now,
        "cause": row.cause,
        "caused_by": row.caused_by,
        "reasons": row.reasons,
        "sentence": said[language],
        "sentences": said,
        "versions": {"policy": row.policy, "thresholds": row.thresholds},
    }
