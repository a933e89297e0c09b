"""The chassis' tables and the customer mirror."""

from alembic import op

from common.chassis_tables import create_chassis_tables

revision = "20261124_first_tables"
down_revision = None
branch_labels = None
depends_on = None

PROFILE_FIELD = """
CREATE TABLE profile_field (
    customer text NOT NULL,
    field text NOT NULL,
    value jsonb,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer, field)
)
"""
ADDRESS = """
CREATE TABLE address (
    customer text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (customer, kind, value)
)
"""
CONSENT = """
CREATE TABLE consent (
    customer text NOT NULL,
    purpose text NOT NULL,
    channel text NOT NULL,
    granted boolean NOT NULL,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer, purpose, channel)
)
"""
RELATIONSHIP = """
CREATE TABLE relationship (
    customer text PRIMARY KEY,
    as_of date NOT NULL,
    id text COLLATE "C" NOT NULL,
    card jsonb NOT NULL
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_chassis_tables()
    for statement in (PROFILE_FIELD, ADDRESS, CONSENT, RELATIONSHIP):
        op.execute(statement)
