"""How are categories, the figures they rest on and the steps up called in a sentence? English and Chinese.

Example: VALUE_WORDS["face_to_face"] == ("face to face", "面对面关系"); docs/glossary.md says the same.
"""

from typing import Any, Final

VALUE_WORDS: Final = {
    "high_value": ("high value", "高价值"),
    "active": ("active", "活跃"),
    "potential": ("potential", "潜在"),
    "churned": ("churned", "流失"),
    "intimate": ("intimate", "亲密关系"),
    "face_to_face": ("face to face", "面对面关系"),
    "brand": ("brand", "品牌关系"),
    "distant": ("distant", "疏远关系"),
    "initial_contact": ("initial contact", "初始接触"),
    "trust_building": ("trust building", "信任建立"),
    "loyalty": ("loyalty", "忠诚度提升"),
    "long_term": ("long term", "长期合作"),
    "dormant": ("dormant", "沉睡"),
    "lost": ("lost", "流失"),
    "reactivated": ("reactivated", "唤回"),
    "low": ("low", "低"),
    "medium": ("medium", "中"),
    "high": ("high", "高"),
    "new": ("new", "新客户"),
    "promising": ("promising", "有潜力"),
    "potential_loyalist": ("potential loyalist", "潜在忠诚客户"),
    "champion": ("champion", "核心客户"),
    "about_to_sleep": ("about to sleep", "即将沉睡"),
    "needs_attention": ("needs attention", "需要关注"),
    "loyal": ("loyal", "忠诚客户"),
    "at_risk": ("at risk", "有流失风险"),
    "hibernating": ("hibernating", "休眠"),
    "cannot_lose": ("cannot lose", "不能失去"),
    "重要价值": ("important, to value", "重要价值"),
    "重要发展": ("important, to develop", "重要发展"),
    "重要保持": ("important, to keep", "重要保持"),
    "重要挽留": ("important, to win back", "重要挽留"),
    "一般价值": ("ordinary, to value", "一般价值"),
    "一般发展": ("ordinary, to develop", "一般发展"),
    "一般保持": ("ordinary, to keep", "一般保持"),
    "一般挽留": ("ordinary, to win back", "一般挽留"),
}
CONDITION_WORDS: Final = {
    "purchase_days": ("purchase days", "购买天数"),
    "recent_purchase_days": ("recent purchase days", "近期购买天数"),
    "idle_days": ("days since the last purchase", "距上次购买天数"),
    "tenure_days": ("days since the first purchase", "距首次购买天数"),
    "active_quarters": ("active quarters", "活跃季度数"),
    "contacts_ever": ("personal messages and meetings", "本人来信和面谈次数"),
    "contact_balance": ("contacts of the customer's side above ours", "客户主动多于我方的往来"),
    "trouble_unresolved": ("trouble not closed yet", "尚未结案的投诉或差评"),
    "trouble_since_purchase": ("trouble since the last purchase, not closed yet", "上次购买后尚未结案的投诉或差评"),
    "days_since_trouble": ("days since a complaint or bad answer", "距投诉或差评天数"),
    "gap_days": ("days without a purchase before the return", "回归前未购买天数"),
    "days_since_return": ("days since the return", "回归天数"),
    "rfm.fm": ("F + M", "频率 F 与金额 M 之和"),
    "rfm.fm_mean": ("mean of F and M", "频率 F 与金额 M 均值"),
}
SIGN_WORDS: Final = {
    ">=": ("at least", "至少"),
    ">": ("above", "高于"),
    "<": ("below", "低于"),
    "<=": ("at most", "至多"),
    "==": ("exactly", "等于"),
}
STEP_WORDS: Final = {
    "personal_contact": ("personal contact", "personal contacts", "个人往来 {times} 次"),
    "purchase": ("purchase", "purchases", "购买 {times} 次"),
    "event_attended": ("event attended", "events attended", "参加活动 {times} 次"),
    "good_answer": ("full-mark answer", "full-mark answers", "满分评价 {times} 次"),
    "trouble_resolved": ("resolved complaint", "resolved complaints", "解决投诉 {times} 起"),
}

FLAG_WORDS: Final = {"key_account": ("不是大客户", "是大客户"), "severe": ("没有严重问题", "有严重问题")}
"""Chinese for no and yes."""


def value_words(value: Any) -> tuple[str, str]:
    """(English, Chinese) for the value of a category."""
    if value is None:
        return "unknown", "未知"
    if isinstance(value, bool):
        return ("yes", "是") if value else ("no", "否")
    return VALUE_WORDS.get(str(value), (str(value), str(value)))
