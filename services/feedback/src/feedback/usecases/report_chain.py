"""Do satisfaction, loyalty and recommendation go together? Rank correlations with n, never told as cause."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.correlation import RankCorrelation, rank_correlation
from feedback.store.report_answers import Asked
from feedback.store.report_chain import read_chain

_Pairs = list[tuple[float, float]]


async def report_chain(connection: AsyncConnection, asked: Asked) -> Mapping[str, tuple[int, RankCorrelation | None]]:
    """For each two of experience (CE), loyalty (CL) and recommendation (NPS): how many pairs, and their correlation."""
    told = await read_chain(connection, asked)
    pairs: dict[str, _Pairs] = {
        "experience_loyalty": [(ce, cl) for ce, cl, _ in told if ce is not None and cl is not None],
        "loyalty_recommendation": [(cl, q) for _, cl, q in told if cl is not None],
        "experience_recommendation": [(ce, q) for ce, _, q in told if ce is not None],
    }
    return {name: (len(found), rank_correlation(found)) for name, found in pairs.items()}
