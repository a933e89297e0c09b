"""Are the policy's entries for trust, stage, lifetime value, care and key accounts sound?

The policy file holds every weight of scoring-model.md section 3 from its first version on, so that no operator's file
has to change when these scores arrive; until then the card says `not_in_this_version` and only the entries are checked.
Example: care weights that sum to 0.9 are refused with "care.weights: must sum to 1".
"""

from scoring.domain.reading import PolicyInvalid, Section


def check_later_scores(top: Section, scores: Section) -> None:
    """Read and check them. Raises PolicyInvalid."""
    _check_trust_and_value(scores.section("trust"), scores.section("clv"))
    _check_stage(top.section("stage"))
    _check_care(top.section("care"))
    key_account = top.section("key_account")
    key_account.number("top_share", most=1)
    key_account.finish()


def _check_trust_and_value(trust: Section, clv: Section) -> None:
    for key in ("half_life_days", "prior_weight", "broken_weight"):
        trust.positive(key)
    trust.number("prior", most=1)
    trust.finish()
    clv.positive("prior_orders")
    clv.number("margin", most=1)
    clv.number("yearly_discount")
    clv.finish()


def _check_stage(stage: Section) -> None:
    stage.whole("guard_days", most=365)
    long_term, loyalty, building = (stage.section(name) for name in ("long_term", "loyalty", "trust_building"))
    long_term.whole("tenure_at_least")
    long_term.whole("active_quarters_at_least", most=4)
    long_term.number("risk_below", most=1)
    long_term.number("evaluation_at_least", most=100)
    for key in ("purchase_days_at_least", "within_days", "tenure_at_least"):
        loyalty.whole(key)
    for key in ("purchase_days_at_least", "or_one_and_contacts_at_least"):
        building.whole(key)
    for section in (stage, long_term, loyalty, building):
        section.finish()


def _check_care(care: Section) -> None:
    weights, cs, cf = (care.section(name) for name in ("weights", "cs", "cf"))
    if abs(sum(weights.number(name, most=1) for name in ("cs", "cl", "cv", "ce", "cf")) - 1) > 1e-9:
        raise PolicyInvalid(care.path("weights"), "must sum to 1")
    for key in ("half_life_days", "prior_weight", "known_from"):
        cs.positive(key)
    cs.number("prior", most=1)
    for key in ("half_life_days", "known_from"):
        cf.positive(key)
    care.number("provisional_below", most=1)
    for section in (care, weights, cs, cf):
        section.finish()
