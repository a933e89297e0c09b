"""Under which ids is a customer listed? Its canonical id and its aliases; who was erased is listed no more."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import members, resolve
from feedback.usecases.erase_customers import refuse_erased


async def find_customer_ids(connection: AsyncConnection, own: str) -> Sequence[str]:
    """All ids of the customer of an id, known or not. Raises CustomerErased."""
    await refuse_erased(connection, own)
    customer = await resolve(connection, own)
    return (await members(connection, [customer]))[customer]
