"""Which answers did events bring? Many in one statement: they have a rating and neither questions nor texts."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.answer import NewAnswer

_ADD = text(
    """
    INSERT INTO answer (source, id, survey, version, kind, wave, touchpoint, customer, channel, answered_at,
                        rating_kind, rating_value, rating_min, rating_max, origin)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:surveys AS text[]),
                         CAST(:versions AS int[]), CAST(:kinds AS text[]), CAST(:waves AS text[]),
                         CAST(:touchpoints AS text[]), CAST(:customers AS text[]), CAST(:channels AS text[]),
                         CAST(:ats AS timestamptz[]), CAST(:rating_kinds AS text[]), CAST(:values AS float8[]),
                         CAST(:leasts AS float8[]), CAST(:mosts AS float8[]), CAST(:origins AS text[]))
    ON CONFLICT DO NOTHING
    RETURNING source, id, answer_id
    """
)


async def add_heard_answers(connection: AsyncConnection, answers: Sequence[NewAnswer]) -> dict[tuple[str, str], str]:
    """The new ids by (source, id); what was stored before is not among them."""
    rated = [(one, one.rating) for one in answers if one.rating is not None]
    if not rated:
        return {}
    columns = {
        "sources": [one.source for one, _ in rated],
        "ids": [one.id for one, _ in rated],
        "surveys": [one.survey for one, _ in rated],
        "versions": [one.version for one, _ in rated],
        "kinds": [one.kind for one, _ in rated],
        "waves": [one.wave for one, _ in rated],
        "touchpoints": [one.touchpoint for one, _ in rated],
        "customers": [one.customer for one, _ in rated],
        "channels": [one.channel for one, _ in rated],
        "ats": [one.answered_at for one, _ in rated],
        "rating_kinds": [rating.kind for _, rating in rated],
        "values": [rating.value for _, rating in rated],
        "leasts": [rating.min for _, rating in rated],
        "mosts": [rating.max for _, rating in rated],
        "origins": [one.origin for one, _ in rated],
    }
    return {(source, id_): answer_id for source, id_, answer_id in await connection.execute(_ADD, columns)}
