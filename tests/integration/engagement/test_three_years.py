"""Does dated care fire once a year for everybody, in time, in every zone, while a worker dies again and again?"""

from pathlib import Path

from chaos.calendar import simulate
from tests.support.databases import Databases


async def test_three_years_of_birthdays_festivals_and_anniversaries_fire_once_and_in_time(
    database_url: Databases, tmp_path: Path
) -> None:
    url = await database_url("engagement")
    verdict = await simulate(url, tmp_path, customers=12, years=3, idle_days=30, deaths=4)
    assert verdict.wrong == []
    assert verdict.fired > 130
    assert verdict.deaths >= 3
