"""In which language is a person spoken to? Chinese or English; Chinese where nothing else is known."""

from typing import Final

LANGUAGES: Final = ("zh", "en")
USUAL: Final = "zh"


def language_of(told: str | None) -> str:
    """The language of a profile's tag: `en-GB` is English, `zh-Hant` Chinese, any other foreign tag English."""
    if not told:
        return USUAL
    primary = told.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def language_of_browser(accept_language: str, *, usual: str) -> str:
    """The first of ours in an Accept-Language header, by quality (RFC 9110): `fr, en;q=0.8, zh;q=0.9` is zh."""
    wished: list[tuple[float, int, str]] = []
    for place, item in enumerate(accept_language[:1000].split(",")):
        tag, _, parameter = item.partition(";")
        primary = tag.strip().split("-")[0].lower()
        quality = _quality(parameter)
        if primary in LANGUAGES and quality > 0:
            wished.append((-quality, place, primary))
    return min(wished)[2] if wished else usual


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
