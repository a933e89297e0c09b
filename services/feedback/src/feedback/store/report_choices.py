"""What did customers choose? The choices of each question of a survey, the most frequent first."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.report_answers import COUNTED, Asked

_COUNT = text(
    f"""
    WITH {COUNTED}
    SELECT question, choice, count(*) FROM counted c JOIN answer whole USING (number), LATERAL (
        SELECT one.question, one.value #>> '{{}}' AS choice FROM jsonb_to_recordset(whole.answers)
            AS one(question text, kind text, value jsonb)
        WHERE one.kind = 'choice' AND jsonb_typeof(one.value) = 'string'
        UNION ALL
        SELECT one.question, several.value FROM jsonb_to_recordset(whole.answers)
            AS one(question text, kind text, value jsonb),
            jsonb_array_elements_text(CASE WHEN jsonb_typeof(one.value) = 'array' THEN one.value ELSE '[]' END)
            AS several(value)
        WHERE one.kind = 'choice'
    ) AS chosen
    WHERE c.apart = 'counted' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
    """  # noqa: S608 - the constant above
)


async def count_choices(connection: AsyncConnection, asked: Asked) -> dict[str, list[tuple[str, int]]]:
    """By question: each choice with the number of answers that hold it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for question, choice, n in await connection.execute(_COUNT, asked.values()):
        found.setdefault(question, []).append((choice, n))
    return found
