"""Do links stay flat in any order, and does an unmerge give the alias back?"""

from itertools import permutations

import pytest
from sqlalchemy import text
from tests.support.chassis import open_chassis
from tests.support.databases import Databases

from common.aliases import link, members, resolve, unlink

LINKS = (("c-b", "c-a"), ("c-c", "c-b"), ("c-d", "c-c"))


@pytest.mark.parametrize("order", list(permutations(LINKS)))
async def test_a_chain_is_flat_whatever_the_order_of_its_links(
    database_url: Databases, order: tuple[tuple[str, str], ...]
) -> None:
    database = await open_chassis(await database_url())
    async with database.transaction() as connection:
        for alias, customer in order:
            await link(connection, alias=alias, customer=customer)
        rows = dict((await connection.execute(text("SELECT alias, customer FROM alias"))).all())
        assert rows == {"c-b": "c-a", "c-c": "c-a", "c-d": "c-a"}
        assert await members(connection, ["c-a"]) == {"c-a": ["c-a", "c-b", "c-c", "c-d"]}
    await database.close()


async def test_a_circle_is_refused_and_an_unlinked_alias_is_a_customer_again(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    async with database.transaction() as connection:
        await link(connection, alias="c-b", customer="c-a")
        await link(connection, alias="c-a", customer="c-b")
        assert await resolve(connection, "c-b") == "c-a"
        await unlink(connection, alias="c-b", customer="c-a")
        assert await resolve(connection, "c-b") == "c-b"
    await database.close()
