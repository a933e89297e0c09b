"""Why was something not sent, or not yet? Every reason code of the arbiter, and the same in words.

Source: care-model.md section 3. Worked example: `cap_day` is "already contacted on this day" / "当天已联系过".
"""

from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """What the arbiter can say to an occasion."""

    SEND = "send"
    HOLD_OUT = "hold_out"
    DEFER = "defer"
    SKIP = "skip"


class Reason(StrEnum):
    """In the order of the checks; the last ones are of actions that had been decided."""

    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"
    NOT_FOR = "not_for"
    UNKNOWN_FACTS = "unknown_facts"
    ALREADY_DONE = "already_done"
    NO_CONSENT = "no_consent"
    PROFILING_REFUSED = "profiling_refused"
    UNREACHABLE = "unreachable"
    CHANNEL_OFF = "channel_off"
    NO_CREDIT = "no_credit"
    OPEN_CASE = "open_case"
    COOL_DOWN = "cool_down"
    UNFAIR_OFFER = "unfair_offer"
    CAP_DAY = "cap_day"
    CAP_MARKETING_7D = "cap_marketing_7d"
    CAP_MARKETING_30D = "cap_marketing_30d"
    CAP_CHANNEL_7D = "cap_channel_7d"
    CAP_CARE_3D = "cap_care_3d"
    CAP_RESEARCH_14D = "cap_research_14d"
    CAP_CHANNEL_LAW = "cap_channel_law"
    QUIET_HOURS = "quiet_hours"
    MOURNING_DAY = "mourning_day"
    OFF_HOURS = "off_hours"
    CAPACITY = "capacity"
    CANCELLED = "cancelled"
    MISSING_VARIABLE = "missing_variable"
    REJECTED = "rejected"
    TEMPLATE_FAILED = "template_failed"
    TRIES_EXHAUSTED = "tries_exhausted"
    OUTCOME_UNKNOWN = "outcome_unknown"
    TOLD_FAILED = "told_failed"


CAPS: Final = tuple(reason for reason in Reason if reason.startswith("cap_"))

CHANNEL_REASONS: Final = frozenset(
    {Reason.NO_CONSENT, Reason.PROFILING_REFUSED, Reason.UNREACHABLE, Reason.CHANNEL_OFF, Reason.NO_CREDIT}
)
"""What checks 4 and 5 say of a channel."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    Reason.SUPPRESSED: (
        "已注销、已屏蔽、已故或测试客户，不再联系",
        "the customer is erased, suppressed, deceased or a test: nobody is contacted",
    ),
    Reason.EXPIRED: ("已过有效期", "its validity is over"),
    Reason.STOPPED: ("其间发生的事件使其不再需要", "an event in the meantime made it needless"),
    Reason.SUPERSEDED: ("被同类中更重要的关怀取代", "a more important action of the same family takes its place"),
    Reason.NOT_FOR: ("不在适用对象之内", "the playbook is not for this customer now"),
    Reason.UNKNOWN_FACTS: ("判断适用对象所需的信息未知", "what the playbook asks about the customer is not known"),
    Reason.ALREADY_DONE: ("规定期限内已做过", "it was done already within its period"),
    Reason.NO_CONSENT: ("客户未同意以此目的和渠道联系", "the customer has not allowed this purpose on this channel"),
    Reason.PROFILING_REFUSED: (
        "客户拒绝画像，且没有中性版本",
        "the customer refuses profiling and there is no neutral variant",
    ),
    Reason.UNREACHABLE: ("没有该渠道的联系方式", "no address is known for the channel"),
    Reason.CHANNEL_OFF: ("该渠道未启用", "the channel is switched off"),
    Reason.NO_CREDIT: ("该渠道的发送许可已用完", "no permission is left on the channel"),
    Reason.OPEN_CASE: ("有未结的案件，先解决问题", "a case is open: the problem comes first"),
    Reason.COOL_DOWN: (
        "近期有投诉或差评，处于冷静期",
        "a complaint or a bad rating is recent: the customer is left in peace",
    ),
    Reason.UNFAIR_OFFER: ("不得因画像给出更差的条件", "a profile must never lead to worse terms"),
    Reason.CAP_DAY: ("当天已联系过", "already contacted on this day"),
    Reason.CAP_MARKETING_7D: ("七天内的营销次数已满", "marketing is used up within seven days"),
    Reason.CAP_MARKETING_30D: ("三十天内的营销次数已满", "marketing is used up within thirty days"),
    Reason.CAP_CHANNEL_7D: ("七天内该渠道的营销次数已满", "marketing on this channel is used up within seven days"),
    Reason.CAP_CARE_3D: ("三天内已有关怀", "care was given within three days"),
    Reason.CAP_RESEARCH_14D: ("十四天内已有调研邀请", "a survey was sent within fourteen days"),
    Reason.CAP_CHANNEL_LAW: ("该渠道平台允许的次数已满", "the channel's own limit is used up"),
    Reason.QUIET_HOURS: ("客户当地的免打扰时段", "it is quiet time where the customer lives"),
    Reason.MOURNING_DAY: ("哀悼日不发送喜庆内容", "nothing cheerful goes out on a day of mourning"),
    Reason.OFF_HOURS: ("非工作时间", "staff is not at work"),
    Reason.CAPACITY: ("当日容量已满", "the day's capacity is used up"),
    Reason.CANCELLED: ("由操作人员取消", "an operator cancelled it"),
    Reason.MISSING_VARIABLE: ("模板缺少内容", "the template lacks a value"),
    Reason.REJECTED: ("渠道拒收", "the channel refused it"),
    Reason.TEMPLATE_FAILED: ("模板无法使用", "the template cannot be used"),
    Reason.TRIES_EXHAUSTED: ("多次尝试仍未送达", "it did not get through after every try"),
    Reason.OUTCOME_UNKNOWN: (
        "不确定是否已送达，为避免重复不再发送",
        "nobody knows whether it arrived, and it is not sent twice",
    ),
    Reason.TOLD_FAILED: ("对方或员工告知未送达", "the receiver or a member of staff says that it did not arrive"),
    Answer.SEND: ("已安排", "decided to go out"),
    Answer.HOLD_OUT: (
        "对照组，不联系，以衡量效果",
        "in the control group: not contacted, so that the effect can be measured",
    ),
}


def in_words(code: str | None) -> tuple[str, str]:
    """(zh, en) of a reason or an answer; a code that is not of the arbiter is shown as it is."""
    return WORDS.get(code, (code, code)) if code else ("", "")
