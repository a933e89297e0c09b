"""What do feedback's tables hold at first? The survey files, as new versions where they changed; run by `migrate`."""

from common.database import open_database
from feedback.settings import FeedbackSettings
from feedback.usecases.load_surveys import load_surveys


async def seed(settings: FeedbackSettings) -> None:
    """Load the files, after the tables are there."""
    database = open_database(settings.database_url, application="feedback-migrate")
    try:
        async with database.transaction() as connection:
            await load_surveys(connection, settings.policies_dir)
    finally:
        await database.close()
