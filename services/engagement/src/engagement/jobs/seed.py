"""What do engagement's tables hold at first? The changed ones of the shipped documents; run by `migrate`."""

from common.database import open_database
from engagement.settings import EngagementSettings
from engagement.usecases.seed_documents import seed_documents


async def seed(settings: EngagementSettings) -> None:
    """Load the policies folder, after the tables are there."""
    database = open_database(settings.database_url, application="engagement-migrate")
    try:
        async with database.transaction() as connection:
            await seed_documents(connection, settings.policies_dir)
    finally:
        await database.close()
