"""GET, POST /v1/answers: what did customers answer, here and in other survey tools?"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from common.contracts.interactions import Channel, RatingKind
from common.http.pagination import Page, PageQuery, Paging
from common.http.transaction import Connection
from common.identity import read_customer
from feedback.api.desk import Desk
from feedback.domain.answer import CHOICE, AnsweredQuestion
from feedback.domain.survey import Direction, SurveyKind
from feedback.store.answers import StoredAnswer
from feedback.usecases.read_answers import read_answers
from feedback.usecases.take_answer import GivenAnswer, GivenRating, take_answer

router = APIRouter()

LIST: Final = "answers"
FIRST_YEAR: Final = 1970


def _not_ours(source: str) -> str:
    if source.startswith("guanxi."):
        raise ValueError("guanxi.* is reserved for the services")
    return source


def _in_range(at: datetime) -> datetime:
    if at.year < FIRST_YEAR:
        raise ValueError(f"must be {FIRST_YEAR} or later")
    return at


Name = Annotated[str, Field(min_length=1, max_length=128)]
Source = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), AfterValidator(_not_ours)]
Answered = Annotated[AwareDatetime, AfterValidator(_in_range)]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Scaled(_Strict):
    value: Number
    min: Number
    max: Number
    direction: Direction = Direction.HIGH_IS_GOOD

    @model_validator(mode="after")
    def _stands_on_its_scale(self) -> "_Scaled":
        if not self.min < self.max or not self.min <= self.value <= self.max:
            raise ValueError("min must be below max and value between them")
        return self


class RatingGiven(_Scaled):
    """The main question on its own scale; `kind` is the survey's unless told."""

    kind: RatingKind | None = None


class ScaleGiven(_Scaled):
    """Another question with a scale."""

    question: Name
    kind: Name = "scale"


class ChoiceGiven(_Strict):
    """One choice or several."""

    question: Name
    kind: Literal["choice"] = "choice"
    value: Name | Annotated[list[Name], Field(max_length=50)]


class AnswerGiven(_Strict):
    """One answer; `customer` is a canonical id or any known identifier. `texts` are kept apart and never published."""

    source: Source
    id: Annotated[str, Field(min_length=1, max_length=256)]
    customer: Annotated[str, Field(min_length=1, max_length=300)]
    survey: Name
    kind: SurveyKind | None = None
    wave: Name | None = None
    touchpoint: Name | None = None
    channel: Channel = Channel.SURVEY
    answered_at: Answered
    rating: RatingGiven | None = None
    answers: Annotated[list[ScaleGiven | ChoiceGiven], Field(max_length=100)] = []
    texts: Annotated[dict[Name, Annotated[str, Field(max_length=4000)]], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _says_something(self) -> "AnswerGiven":
        if self.rating is None and not self.answers and not self.texts:
            raise ValueError("an answer needs a rating, answers or texts")
        return self


class RatingAnswer(BaseModel):
    """High = good."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    value: float
    min: float
    max: float


class AnswerAnswer(BaseModel):
    """A stored answer; `answers` are as told, `texts` are the customer's own words."""

    model_config = ConfigDict(from_attributes=True)

    answer_id: str
    source: str
    id: str
    survey: str
    version: int
    kind: str
    wave: str | None
    touchpoint: str | None
    customer: str
    channel: str
    answered_at: datetime
    rating: RatingAnswer | None
    answers: list[dict[str, Any]]
    request_id: str | None
    origin: str
    texts: dict[str, str]


@router.post("/v1/answers", status_code=status.HTTP_201_CREATED)
async def post_answer(
    given: AnswerGiven, request: Request, response: Response, connection: Connection, desk: Desk
) -> AnswerAnswer:
    """Take an answer: 201 when it is new, 200 with the stored one when (source, id) came before."""
    own = read_customer(given.customer, request.app.state.identity_key)
    stored, new = await take_answer(connection, _given(given, own), desk=desk)
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    return AnswerAnswer.model_validate(stored)


@router.get("/v1/answers")
async def get_answers(
    request: Request,
    connection: Connection,
    paging: Paging,
    desk: Desk,
    customer: Annotated[str | None, Query(max_length=300, description="a canonical id or `kind:value`")] = None,
    survey: Annotated[str | None, Query(max_length=128)] = None,
) -> Page[AnswerAnswer]:
    """Answers, newest first."""
    own = None if customer is None else read_customer(customer, request.app.state.identity_key)
    found = await read_answers(
        connection, own=own, survey=survey, before=_before(paging), limit=paging.limit + 1, desk=desk
    )
    return Page[AnswerAnswer].model_validate(paging.page(LIST, found, _position), from_attributes=True)


def _before(paging: PageQuery) -> int | None:
    position = paging.after(LIST, tuple[int])
    return None if position is None else position[0]


def _position(answer: StoredAnswer) -> tuple[int]:
    return (answer.number,)


def _given(given: AnswerGiven, own: str) -> GivenAnswer:
    rating = given.rating
    return GivenAnswer(
        source=given.source,
        id=given.id,
        customer=own,
        survey=given.survey,
        kind=given.kind,
        wave=given.wave,
        touchpoint=given.touchpoint,
        channel=given.channel,
        answered_at=given.answered_at,
        rating=None
        if rating is None
        else GivenRating(
            kind=rating.kind, value=rating.value, least=rating.min, most=rating.max, direction=rating.direction
        ),
        answers=tuple(_question(one) for one in given.answers),
        texts=dict(given.texts),
    )


def _question(given: ScaleGiven | ChoiceGiven) -> AnsweredQuestion:
    if isinstance(given, ChoiceGiven):
        return AnsweredQuestion(question=given.question, kind=CHOICE, value=given.value)
    return AnsweredQuestion(
        question=given.question,
        kind=given.kind,
        value=given.value,
        least=given.min,
        most=given.max,
        direction=given.direction,
    )
