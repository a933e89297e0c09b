"""Which tables does the chassis need? Made by each service's first migration."""

from typing import Final

from alembic import op

_TABLES: Final = """
CREATE TABLE progress (
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    end_offset bigint NOT NULL DEFAULT 0,
    caught_up_at timestamptz NOT NULL DEFAULT now(),
    measured_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    event_source text,
    event_id text,
    customer text,
    payload bytea NOT NULL,
    reason text NOT NULL,
    code_version text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    replayed_at timestamptz,
    UNIQUE (topic, partition, "offset")
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    partition int NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (partition, id)
);

CREATE TABLE timer (
    kind text NOT NULL,
    key text NOT NULL,
    due_at timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    lease uuid,
    lease_until timestamptz,
    done_at timestamptz,
    PRIMARY KEY (kind, key)
);
CREATE INDEX timer_due ON timer (due_at) WHERE done_at IS NULL;

CREATE TABLE alias (
    alias text PRIMARY KEY,
    customer text NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alias_customer ON alias (customer);

CREATE TABLE alias_fact (
    alias text NOT NULL,
    customer text NOT NULL,
    linked boolean NOT NULL,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (alias, customer)
);
CREATE INDEX alias_fact_customer ON alias_fact (customer);

CREATE TABLE idempotency (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_sha256 bytea NOT NULL,
    status int,
    response bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
);
"""


STATEMENTS: Final = tuple(statement.strip() for statement in _TABLES.split(";\n") if statement.strip())


def create_chassis_tables() -> None:
    """Create progress, dead_letter, outbox, timer, alias, alias_fact and idempotency, inside a running migration."""
    for statement in STATEMENTS:
        op.execute(statement)
