"""Sources, their keys, the spool, the quarantine, and who is whom."""

from alembic import op

from common.chassis_tables import create_chassis_tables

revision = "20261124_first_tables"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE source (
        name text PRIMARY KEY,
        kind text NOT NULL,
        settings jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE producer_key (
        id text PRIMARY KEY,
        source text NOT NULL REFERENCES source ON DELETE CASCADE,
        sha256 bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX producer_key_source ON producer_key (source)",
    # The first six columns are those of the outbox, so that one relay serves both.
    """
    CREATE TABLE spool (
        id bigint GENERATED ALWAYS AS IDENTITY,
        topic text NOT NULL,
        partition int NOT NULL,
        key bytea NOT NULL,
        value bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        source text NOT NULL,
        event_id text NOT NULL,
        accepted_at timestamptz NOT NULL,
        PRIMARY KEY (partition, id)
    )
    """,
    "CREATE INDEX spool_event ON spool (source, event_id)",
    """
    CREATE TABLE quarantine (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sender text NOT NULL,
        dialect text NOT NULL,
        source text NOT NULL,
        event_id text,
        accepted boolean NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        pointer text NOT NULL,
        payload bytea NOT NULL,
        payload_sha256 bytea NOT NULL,
        times int NOT NULL DEFAULT 1,
        first_at timestamptz NOT NULL DEFAULT now(),
        last_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (sender, payload_sha256)
    )
    """,
    "CREATE INDEX quarantine_event ON quarantine (source, event_id)",
    # Every id that named somebody; `was_subject` tells a link from a merge.
    """
    CREATE TABLE identity (
        own text PRIMARY KEY,
        kind text,
        first_seen_at timestamptz NOT NULL,
        was_subject boolean NOT NULL
    ) WITH (fillfactor = 90)
    """,
    # The journal of links. Ids rise in commit order: whoever links holds a lock.
    """
    CREATE TABLE link (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        alias text NOT NULL,
        customer text NOT NULL,
        kind text NOT NULL,
        type text NOT NULL,
        cause_source text NOT NULL,
        cause_id text NOT NULL,
        linked_at timestamptz NOT NULL DEFAULT now()
    )
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_chassis_tables()
    for statement in TABLES:
        op.execute(statement)
