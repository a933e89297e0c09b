"""What was answered? The table `answer`, and the texts apart from it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Rating
from feedback.domain.answer import NewAnswer, Origin
from feedback.store.text_seal import TextSeal

_ADD = text(
    """
    INSERT INTO answer (source, id, survey, version, kind, wave, touchpoint, customer, channel, answered_at,
                        rating_kind, rating_value, rating_min, rating_max, answers, request_id, origin)
    VALUES (:source, :id, :survey, :version, :kind, :wave, :touchpoint, :customer, :channel, :answered_at,
            :rating_kind, :rating_value, :rating_min, :rating_max, CAST(:answers AS jsonb), :request_id, :origin)
    ON CONFLICT DO NOTHING
    RETURNING answer_id
    """
)
_ADD_TEXTS = text(
    """
    INSERT INTO answer_text (answer_id, question, sealed)
    SELECT :answer_id, * FROM unnest(CAST(:questions AS text[]), CAST(:sealed AS bytea[]))
    """
)
_COLUMNS = """
    a.number, a.answer_id, a.source, a.id, a.survey, a.version, a.kind, a.wave, a.touchpoint, a.customer, a.channel,
    a.answered_at, a.rating_kind, a.rating_value, a.rating_min, a.rating_max, a.answers, a.request_id, a.origin,
    coalesce((SELECT jsonb_object_agg(t.question, encode(t.sealed, 'hex')) FROM answer_text t
              WHERE t.answer_id = a.answer_id), '{}') AS texts
"""
_BY_NAME = text(f"SELECT {_COLUMNS} FROM answer a WHERE a.source = :source AND a.id = :id")  # noqa: S608
_BY_ID = text(f"SELECT {_COLUMNS} FROM answer a WHERE a.answer_id = :answer_id")  # noqa: S608
_LIST = text(
    f"""
    SELECT {_COLUMNS} FROM answer a
    WHERE (CAST(:survey AS text) IS NULL OR a.survey = :survey)
      AND (CAST(:ids AS text[]) IS NULL OR a.customer = ANY(:ids))
      AND (CAST(:before AS bigint) IS NULL OR a.number < :before)
    ORDER BY a.number DESC LIMIT :limit
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """A row. `answers` are as told, with their scales; the rating is turned so that high = good."""

    number: int
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
    rating: Rating | None
    answers: list[dict[str, Any]]
    request_id: str | None
    origin: Origin
    texts: dict[str, str]


async def add_answer(connection: AsyncConnection, answer: NewAnswer, seal: TextSeal) -> str | None:
    """The new id; None when (source, id) or the request has an answer already."""
    rating = answer.rating
    values: dict[str, object] = {
        name: getattr(answer, name)
        for name in (
            "source", "id", "survey", "version", "kind", "wave", "touchpoint", "customer", "channel", "answered_at",
            "request_id", "origin",
        )
    } | {
        "rating_kind": rating and rating.kind,
        "rating_value": rating and rating.value,
        "rating_min": rating and rating.min,
        "rating_max": rating and rating.max,
        "answers": json.dumps([one.as_told() for one in answer.answers]),
    }  # fmt: skip
    answer_id: str | None = (await connection.execute(_ADD, values)).scalar_one_or_none()
    if answer_id is not None and answer.texts:
        sealed = [seal.seal(said.encode(), _row(answer_id, question)) for question, said in answer.texts.items()]
        texts = {"answer_id": answer_id, "questions": list(answer.texts), "sealed": sealed}
        await connection.execute(_ADD_TEXTS, texts)
    return answer_id


async def read_answer(connection: AsyncConnection, source: str, id_: str, seal: TextSeal) -> StoredAnswer | None:
    """The answer of a name."""
    row = (await connection.execute(_BY_NAME, {"source": source, "id": id_})).mappings().one_or_none()
    return None if row is None else _stored(row, seal)


async def read_answer_by_id(connection: AsyncConnection, answer_id: str) -> StoredAnswer | None:
    """The answer of an id of ours, without its texts."""
    row = (await connection.execute(_BY_ID, {"answer_id": answer_id})).mappings().one_or_none()
    return None if row is None else _stored(row, None)


async def list_answers(
    connection: AsyncConnection,
    *,
    survey: str | None,
    ids: Sequence[str] | None,
    before: int | None,
    limit: int,
    seal: TextSeal,
) -> list[StoredAnswer]:
    """Newest first; `ids` are one customer's, `before` the number of the last one shown."""
    asked = {"survey": survey, "ids": None if ids is None else list(ids), "before": before, "limit": limit}
    return [_stored(row, seal) for row in (await connection.execute(_LIST, asked)).mappings()]


def _stored(row: Any, seal: TextSeal | None) -> StoredAnswer:  # SQLAlchemy's RowMapping has values of any type
    values = dict(row)
    kind, value, least, most = (values.pop(f"rating_{name}") for name in ("kind", "value", "min", "max"))
    rating = None if kind is None else Rating(kind=kind, value=value, min=least, max=most)
    texts = {} if seal is None else _texts(values["answer_id"], values["texts"], seal)
    return StoredAnswer(**{**values, "origin": Origin(values["origin"]), "rating": rating, "texts": texts})


def _texts(answer_id: str, sealed: dict[str, str], seal: TextSeal) -> dict[str, str]:
    """Opened from hexadecimal, by question."""
    return {
        question: seal.open(bytes.fromhex(one), _row(answer_id, question)).decode() for question, one in sealed.items()
    }


def _row(answer_id: str, question: str) -> str:
    return f"answer_text/{answer_id}/{question}"
