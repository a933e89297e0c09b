"""Which kinds of things can a day bucket count? (scoring-model.md section 2)

A bucket stores the position of its kind in KINDS, for ever: the tuple is only ever appended to, whatever order a
policy lists its kinds in. Example: `KINDS[KIND_ID["complaint"]] == "complaint"`.
"""

from typing import Final

KINDS: Final = (
    "other",
    "visit",
    "open",
    "click",
    "share",
    "ugc",
    "event_attend",
    "event_register",
    "community",
    "community_post",
    "follow",
    "store_visit",
    "staff_visit",
    "cart",
    "coupon",
    "brand",
    "inbound_msg",
    "inbound_auto",
    "outbound_msg",
    "outbound_mass",
    "advisor_call",
    "meeting",
    "delivered_ontime",
    "delivered_late",
    "ticket_in_sla",
    "ticket_breached",
    "complaint",
    "return_quality",
    "payment_failed",
    "csat",
    "ces",
    "nps",
    "review",
    "detractor",
    "referral",
    "promise_kept",
    "promise_broken",
    "resolved",
    "feedback_closed",
    "feedback_missed",
)
KIND_ID: Final = {name: number for number, name in enumerate(KINDS)}
