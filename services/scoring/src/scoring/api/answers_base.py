"""What do answers about the base's own events look like: word of mouth, and the cost of winning and keeping?"""

from datetime import date, datetime

from pydantic import BaseModel

from common.http.freshness import Freshness
from scoring.api.answers import Versions
from scoring.domain.reports.care_cost import CareCostReport
from scoring.domain.reports.word_of_mouth import WordOfMouthReport


class WordOfMouthAnswer(BaseModel):
    """As of the last count, or that of the day that was asked for."""

    data: WordOfMouthReport
    currency: str
    as_of: date
    made_at: datetime
    versions: Versions
    freshness: Freshness


class CareCostAnswer(BaseModel):
    """As of the last count, or that of the day that was asked for."""

    data: CareCostReport
    currency: str
    as_of: date
    made_at: datetime
    versions: Versions
    freshness: Freshness
