"""What did customers choose? The choices of each question of a survey, the most frequent first."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.report_answers import COUNTED, Asked

_COUNT = text(
    f"""
    WITH {COUNTED}, chosen AS (
        SELECT jsonb_path_query_array(whole.answers, '$[*] ? (@.kind == "choice")') AS answers, count(*) AS n
        FROM counted c JOIN answer whole USING (number) WHERE c.apart = 'counted' GROUP BY 1
    )
    SELECT one.question, choice, sum(chosen.n)
    FROM chosen, jsonb_to_recordset(chosen.answers) AS one(question text, value jsonb),
        jsonb_array_elements_text(CASE jsonb_typeof(one.value) WHEN 'array' THEN one.value
                                                               ELSE jsonb_build_array(one.value) END) AS choice
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
    """  # noqa: S608 - the constant above
)


async def count_choices(connection: AsyncConnection, asked: Asked) -> dict[str, list[tuple[str, int]]]:
    """By question: each choice with the number of answers that hold it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for question, choice, n in await connection.execute(_COUNT, asked.values()):
        found.setdefault(question, []).append((choice, int(n)))
    return found
