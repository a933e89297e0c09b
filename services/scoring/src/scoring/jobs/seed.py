"""What do scoring's tables hold at first? The policy file, as a new version where it changed; run by `migrate`."""

from common.database import open_database
from scoring.settings import ScoringSettings
from scoring.store.rules import count_in
from scoring.usecases.deployment import Deployment
from scoring.usecases.load_policy import load_policy


async def seed(settings: ScoringSettings) -> None:
    """Load the policy file, after the tables are there. Raises CountedOtherwise, PolicyInvalid."""
    database = open_database(settings.database_url, application="scoring-migrate")
    try:
        deployment = Deployment.of(settings)
        async with database.transaction() as connection:
            await count_in(connection, currency=deployment.currency, zone=deployment.zone.key)
            await load_policy(connection, settings.policies_dir, deployment=deployment)
            await deployment.rules.in_force(connection)
    finally:
        await database.close()
