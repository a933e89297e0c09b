"""The chassis' tables and the customer mirror."""

from alembic import op

from common.chassis_tables import create_chassis_tables

revision = "20261124_first_tables"
down_revision = None
branch_labels = None
depends_on = None

FIRST_CONTACT = """
CREATE TABLE first_contact (
    customer text PRIMARY KEY,
    at timestamptz NOT NULL
)
"""
LANGUAGE = """
CREATE TABLE language (
    customer text PRIMARY KEY,
    language text,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL
)
"""
RESEARCH_CONSENT = """
CREATE TABLE research_consent (
    customer text NOT NULL,
    channel text NOT NULL,
    granted boolean NOT NULL,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer, channel)
)
"""
RELATIONSHIP = """
CREATE TABLE relationship (
    customer text PRIMARY KEY,
    as_of date NOT NULL,
    id text COLLATE "C" NOT NULL,
    tier text NOT NULL,
    segment text NOT NULL,
    key_account boolean
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_chassis_tables()
    for statement in (FIRST_CONTACT, LANGUAGE, RESEARCH_CONSENT, RELATIONSHIP):
        op.execute(statement)
