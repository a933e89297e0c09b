"""How firm is the bond: what was felt and said, where it is going, how strong it is, and is it mutual?

Everybody's is asked for the as-of day; over a guard only for the few who may be intimate (tier.py).
Source: scoring-model.md section 3. Examples: experience.py, evaluation.py, evolution.py, strength.py, reciprocity.py.
"""

from dataclasses import dataclass

from scoring.domain.decay import Facts, Flags, Floats, Grid
from scoring.domain.evaluation import evaluation
from scoring.domain.evolution import evolution
from scoring.domain.experience import Mean, experience
from scoring.domain.policy.policy import Policy
from scoring.domain.reciprocity import Reciprocity, reciprocity
from scoring.domain.state.arrays import Buckets
from scoring.domain.strength import StrengthColumns, strength


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bond:
    """Unrounded, [rows, size]."""

    experience: Mean
    evaluation: Mean
    evolution: Floats
    evolving: Flags
    strength: StrengthColumns
    reciprocity: Reciprocity


def bond(
    grid: Grid,
    buckets: Buckets,
    *,
    points: Facts,
    purchases: Facts,
    engagement: Floats,
    exchange: Floats,
    policy: Policy,
) -> Bond:
    """The bond of every customer on every day of the grid; the facts and scores of standing.py are of the same days."""
    felt, said = experience(grid, buckets, policy), evaluation(grid, buckets, policy)
    evolves, evolving = evolution(grid, points, purchases, policy)
    return Bond(
        experience=felt,
        evaluation=said,
        evolution=evolves,
        evolving=evolving,
        strength=strength(
            experience=felt,
            engagement=engagement,
            exchange=exchange,
            evaluation=said,
            evolution=evolves,
            evolving=evolving,
            policy=policy,
        ),
        reciprocity=reciprocity(grid, buckets, policy),
    )
