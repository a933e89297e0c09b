"""Which events start the days before the first ask?"""

import pytest
from tests.support.mirror import interaction

from feedback.domain.first_contact import is_contact


@pytest.mark.parametrize(
    ("type_", "source", "expected"),
    [
        ("order.completed", "shop", True),
        ("shop.wishlisted", "shop", True),
        ("identity.linked", "shop", True),
        ("identity.linked", "guanxi.ingest", False),
        ("customer.merged", "guanxi.ingest", False),
        ("relationship.changed", "guanxi.scoring", False),
        ("care.decided", "guanxi.engagement", False),
        ("call.made", "guanxi.engagement", True),
    ],
)
def test_interactions_are_contacts_and_what_services_note_is_none(type_: str, source: str, expected: bool) -> None:
    assert is_contact(interaction(1, type_, "c-1", source=source)) is expected
