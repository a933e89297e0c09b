"""Which rules of a policy draw the portrait, one typed value each?

Source: checklist.md; the section `portrait` of the policy. Each rule stands in the file that is named after it.
Example: `portrait: {stickiness: {window_days: 0, ...}}` is refused with
"portrait.stickiness.window_days: must be at least 1".
"""

from dataclasses import dataclass

from scoring.domain.portrait.affinity_index import AffinityIndexRule
from scoring.domain.portrait.axes import AxesRule
from scoring.domain.portrait.balance import BalanceRule
from scoring.domain.portrait.brand_identification import BrandRule
from scoring.domain.portrait.category_affinity import AffinityRule
from scoring.domain.portrait.contactability import ContactRule
from scoring.domain.portrait.cross_sell import CrossSellRule
from scoring.domain.portrait.distant import DistantRule
from scoring.domain.portrait.effort import EffortRule
from scoring.domain.portrait.expectation_gap import ExpectationRule
from scoring.domain.portrait.experience_parts import ExperiencePartsRule
from scoring.domain.portrait.fit import FitRule
from scoring.domain.portrait.habits import HabitRule
from scoring.domain.portrait.loyalty import LoyaltyRule
from scoring.domain.portrait.outside_events import OutsideRule
from scoring.domain.portrait.pain import PainRule
from scoring.domain.portrait.preferences import PreferenceRule
from scoring.domain.portrait.price_sensitivity import PriceRule
from scoring.domain.portrait.profile_quality import ProfileRule
from scoring.domain.portrait.project_stage import ProjectRule
from scoring.domain.portrait.referral import ReferralRule
from scoring.domain.portrait.relation_type import RelationRule
from scoring.domain.portrait.reply_latency import ReplyRule
from scoring.domain.portrait.stickiness import StickinessRule
from scoring.domain.portrait.value import ValueRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitRules:
    """One rule a question."""

    habits: HabitRule
    preferences: PreferenceRule
    category_affinity: AffinityRule
    cross_sell: CrossSellRule
    contactability: ContactRule
    stickiness: StickinessRule
    price_sensitivity: PriceRule
    referral: ReferralRule
    relation: RelationRule
    balance: BalanceRule
    expectation_gap: ExpectationRule
    pain: PainRule
    experience_parts: ExperiencePartsRule
    fit: FitRule
    affinity_index: AffinityIndexRule
    reply_latency: ReplyRule
    brand_identification: BrandRule
    axes: AxesRule
    distant: DistantRule
    profile_quality: ProfileRule
    value: ValueRule
    effort: EffortRule
    loyalty: LoyaltyRule
    project_stage: ProjectRule
    outside_events: OutsideRule
