"""What does the survey page say beside the survey itself? In Chinese and in English."""

from collections.abc import Mapping
from typing import Final

from feedback.domain.answer_form import FormError
from feedback.usecases.answer_page import Outcome

Texts = Mapping[str, str]

WORDS: Final[Mapping[str, Texts]] = {
    "zh": {
        "required": "（必答）",
        "several": "可多选",
        "send": "提交",
        "summary": "请检查以下内容",
        "error_title": "请检查：",
    },
    "en": {
        "required": "(required)",
        "several": "Choose all that apply",
        "send": "Send",
        "summary": "Please check your answers",
        "error_title": "Please check: ",
    },
}
ERRORS: Final[Mapping[str, Mapping[FormError, str]]] = {
    "zh": {
        FormError.MISSING: "请回答此问题",
        FormError.UNKNOWN_VALUE: "请从所列选项中选择",
        FormError.TOO_LONG: "内容过长，请缩短",
    },
    "en": {
        FormError.MISSING: "Please answer this question",
        FormError.UNKNOWN_VALUE: "Please choose one of the answers shown",
        FormError.TOO_LONG: "Please write a shorter text",
    },
}
NOTICES: Final[Mapping[str, Mapping[Outcome, tuple[str, str]]]] = {
    "zh": {
        Outcome.STORED: ("谢谢您！", "您的回答已收到。您可以关闭此页面。"),
        Outcome.ANSWERED: ("谢谢您！", "我们已经收到您的回答，无需再次提交。"),
        Outcome.CLOSED: ("本次调查已结束", "感谢您的关注。本次调查已经结束，您的回答没有被保存。"),
        Outcome.UNKNOWN: ("链接无效", "请检查链接是否完整。您也可以直接回复我们发给您的消息。"),
    },
    "en": {
        Outcome.STORED: ("Thank you!", "Your answer has arrived. You can close this page."),
        Outcome.ANSWERED: ("Thank you!", "We have your answer already; there is no need to send it again."),
        Outcome.CLOSED: (
            "This survey is closed",
            "Thank you for coming. The survey is over; nothing was saved.",
        ),
        Outcome.UNKNOWN: (
            "This link does not work",
            "Please check that it is complete, or reply to our message.",
        ),
    },
}
AWAY: Final[Mapping[str, tuple[str, str]]] = {
    "zh": ("请稍后再试", "系统暂时繁忙，没有保存任何内容。请稍后重新打开此页面，或返回上一页再次提交。"),
    "en": (
        "Please try again in a moment",
        "Something on our side is down; nothing was saved. Open this page again soon, or go back and send it again.",
    ),
}
