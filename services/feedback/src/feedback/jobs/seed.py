"""What do feedback's tables hold at first? The survey files, as new versions where they changed; run by `migrate`.

The policy file is only read, so that one that is invalid stops the roll-out here.
"""

from common.database import open_database
from feedback.settings import FeedbackSettings
from feedback.usecases.load_policy import load_policy
from feedback.usecases.load_surveys import load_surveys


async def seed(settings: FeedbackSettings) -> None:
    """Load the files, after the tables are there."""
    load_policy(settings.policies_dir)
    database = open_database(settings.database_url, application="feedback-migrate")
    try:
        async with database.transaction() as connection:
            await load_surveys(connection, settings.policies_dir)
    finally:
        await database.close()
