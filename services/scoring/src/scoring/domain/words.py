"""How are scores and kinds called in a sentence? English and Chinese; docs/glossary.md says the same.

Example: KIND_WORDS["delivered_late"] == ("late deliveries", "送达延误").
"""

from typing import Final

SCORE_WORDS: Final = {
    "experience": ("Experience", "体验"),
    "engagement": ("Engagement", "参与"),
    "exchange": ("Exchange", "交换"),
    "evaluation": ("Evaluation", "评估"),
    "evolution": ("Evolution", "演变"),
    "strength": ("Strength", "关系强度"),
    "personal_contact": ("Personal contact", "个人往来"),
    "reciprocity": ("Reciprocity", "互动对等"),
    "trust": ("Trust", "信任"),
    "churn_risk": ("Churn risk", "流失风险"),
    "clv_minor": ("Value of the coming year", "未来一年价值"),
    "care.health": ("Health", "健康度"),
    "care.cs": ("Satisfaction", "满意度"),
    "care.cf": ("Feedback", "反馈处理"),
}
COMPONENT_WORDS: Final = {
    "prior": ("the starting value", "初始值"),
    "purchase_days": ("days with a purchase", "购买天数"),
    "net_money": ("net money spent", "净消费额"),
    "silence": ("time without a purchase", "未购买时长"),
    "repeats": ("repeat purchases", "重复购买"),
    "pace": ("how often orders come", "下单频率"),
    "order_size": ("the size of the orders", "订单金额"),
    "cs": ("satisfaction", "满意度"),
    "cl": ("loyalty", "忠诚度"),
    "cv": ("value", "价值"),
    "ce": ("experience", "体验"),
    "cf": ("feedback dealt with", "反馈处理"),
}
KIND_WORDS: Final = {
    "other": ("other events", "其他事件"),
    "visit": ("visits and searches", "浏览和搜索"),
    "open": ("opened messages", "打开消息"),
    "click": ("clicked messages", "点击消息"),
    "share": ("shared content", "分享"),
    "ugc": ("posts and suggestions", "发帖和建议"),
    "event_attend": ("attended events", "参加活动"),
    "event_register": ("event registrations", "报名活动"),
    "community": ("joining the community", "加入社群"),
    "community_post": ("community posts", "社群发言"),
    "follow": ("following the account", "关注账号"),
    "store_visit": ("store visits", "到店"),
    "staff_visit": ("visits with an advisor", "到店与员工交谈"),
    "cart": ("carts and checkouts", "加购和结算"),
    "coupon": ("redeemed coupons", "用券"),
    "brand": ("charity and brand stories", "公益和品牌故事"),
    "inbound_msg": ("personal messages from the customer", "客户本人来信"),
    "inbound_auto": ("other messages from the customer", "其他来信"),
    "outbound_msg": ("personal messages to the customer", "员工去信"),
    "outbound_mass": ("mass messages", "群发消息"),
    "advisor_call": ("answered advisor calls", "已接听的顾问来电"),
    "meeting": ("meetings and return visits", "面谈和回访"),
    "delivered_ontime": ("deliveries on time", "准时送达"),
    "delivered_late": ("late deliveries", "送达延误"),
    "ticket_in_sla": ("tickets solved in time", "按时解决的工单"),
    "ticket_breached": ("tickets solved too late", "超时解决的工单"),
    "complaint": ("complaints", "投诉"),
    "return_quality": ("returns for quality", "质量退货"),
    "payment_failed": ("failed payments", "支付失败"),
    "csat": ("satisfaction answers", "满意度回答"),
    "ces": ("ease answers", "费力度回答"),
    "nps": ("recommendation answers", "推荐意愿回答"),
    "review": ("reviews", "评价"),
    "detractor": ("bad answers", "差评"),
    "referral": ("referrals", "推荐他人"),
    "promise_kept": ("kept promises", "兑现承诺"),
    "promise_broken": ("broken promises", "失约"),
    "resolved": ("resolved complaints", "已解决的投诉"),
    "feedback_closed": ("feedback answered in time", "按时处理的反馈"),
    "feedback_missed": ("feedback answered too late", "超时的反馈"),
    "purchase": ("purchases", "购买"),
}


def words(component: str, kind: str | None) -> tuple[str, str]:
    """(English, Chinese) for a part of an explanation."""
    name = component.rsplit(".", maxsplit=1)[-1]
    if kind is not None and (kind != "purchase" or name not in COMPONENT_WORDS):
        return KIND_WORDS[kind]
    if name in COMPONENT_WORDS:
        return COMPONENT_WORDS[name]
    return SCORE_WORDS[name]
