"""What must be known to ask and to listen? The live surveys, the throttle, the tokens and where the page is."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from feedback.domain.survey_token import SurveyTokens
from feedback.domain.throttle import Throttle
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.live_surveys import LiveSurveys


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDesk:
    """`public_url` is what customers see before `/s/...`; `partitions` are those of every topic."""

    surveys: LiveSurveys
    tokens: SurveyTokens
    throttle: Throttle
    public_url: str
    zone: ZoneInfo
    partitions: int
    cases: CaseDesk

    def page_of(self, token: str) -> str:
        """The link of a token."""
        return f"{self.public_url.rstrip('/')}/s/{token}"
