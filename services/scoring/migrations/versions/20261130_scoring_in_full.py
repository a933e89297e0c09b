"""Drafts of the policy, calibrated thresholds, long runs, quality runs, transitions and what is bought together."""

from alembic import op

revision = "20261130_scoring_in_full"
down_revision = "20261124_uncompressed_outbox"
branch_labels = None
depends_on = None

# A draft has no published_at; in force is what was published last.
POLICY = """
ALTER TABLE policy
    ADD COLUMN author text NOT NULL DEFAULT 'migrate',
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN tests json NOT NULL DEFAULT '[]',
    ADD COLUMN published_at timestamptz,
    ADD COLUMN published_by text
"""
PUBLISHED = "UPDATE policy SET published_at = loaded_at, published_by = 'migrate'"
THRESHOLDS = """
CREATE TABLE thresholds (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL UNIQUE,
    as_of date NOT NULL,
    body json NOT NULL,
    report json NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
)
"""
# A long run; `partial` is what its last page kept (MessagePack), `done` of `total` its progress.
JOB = """
CREATE TABLE job (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    params json NOT NULL,
    partial bytea,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    result json,
    error text,
    asked_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
)
"""
JOB_OPEN = "CREATE INDEX job_open ON job (id) WHERE state IN ('queued', 'running')"
# What a run gathers of each page of customers, until it has ended; a job's own row is written anew with every page.
JOB_PAGE = """
CREATE TABLE job_page (
    job uuid NOT NULL REFERENCES job ON DELETE CASCADE,
    number int NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (job, number)
)
"""
QUALITY = """
CREATE TABLE quality (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    as_of date NOT NULL,
    horizon_days int NOT NULL,
    policy text NOT NULL,
    thresholds text NOT NULL,
    result json NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
)
"""
# Shown dimensions that changed after a first evaluation, as published; a customer's own words are not in it.
TRANSITION = """
CREATE TABLE transition (
    number bigint GENERATED ALWAYS AS IDENTITY,
    customer text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    as_of date NOT NULL,
    dimension text NOT NULL,
    was text,
    now text,
    cause text NOT NULL,
    caused_by json NOT NULL,
    reasons json NOT NULL,
    policy text NOT NULL,
    thresholds text NOT NULL
)
"""
TRANSITIONS_OF = "CREATE INDEX transition_of ON transition (customer, number)"
# How many customers bought from both categories (a < b), and from each of them.
CATEGORY_PAIR = """
CREATE TABLE category_pair (
    a text COLLATE "C" NOT NULL,
    b text COLLATE "C" NOT NULL,
    both_count bigint NOT NULL,
    a_count bigint NOT NULL,
    b_count bigint NOT NULL,
    buyers bigint NOT NULL,
    made_on date NOT NULL,
    PRIMARY KEY (a, b)
)
"""

# The row of an erased id stays, empty and marked: whatever comes of that id later has no effect.
ERASED = "ALTER TABLE state ADD COLUMN erased_at timestamptz"
# What was recorded since a time, without a cost that inserts would feel: rows lie in the order of their recording.
LEDGER_RECORDED = "CREATE INDEX ledger_recorded ON ledger USING brin (recorded_at)"
# How far the audit has come: on the log (with the count and the sum of hashes of what it saw), and in the states.
AUDIT_PLACE = """
CREATE TABLE audit_place (
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    hash bigint NOT NULL DEFAULT 0,
    audited_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
)
"""
AUDIT_SLICE = """
CREATE TABLE audit_slice (
    number int PRIMARY KEY DEFAULT 1 CHECK (number = 1),
    after text COLLATE "C" NOT NULL,
    lap_began_at timestamptz NOT NULL DEFAULT now()
)
"""
AUDIT_RUN = """
CREATE TABLE audit_run (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    events bigint NOT NULL DEFAULT 0,
    customers bigint NOT NULL DEFAULT 0,
    found bigint NOT NULL DEFAULT 0,
    repaired bigint NOT NULL DEFAULT 0
)
"""
AUDIT_FINDING = """
CREATE TABLE audit_finding (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run bigint NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    customer text COLLATE "C",
    topic text,
    partition int,
    "offset" bigint,
    source text,
    id text,
    detail text NOT NULL,
    is_repaired boolean NOT NULL DEFAULT false
)
"""
# What is open is told once: asked for with every finding.
AUDIT_OPEN = """
CREATE INDEX audit_open ON audit_finding (kind, coalesce(customer, ''), coalesce("offset", -1)) WHERE NOT is_repaired
"""

# In which currency and zone the states were counted: a process that is told others must not touch them.
COUNTING = """
CREATE TABLE counting (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    base_currency text NOT NULL,
    zone text NOT NULL
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (
        POLICY,
        PUBLISHED,
        THRESHOLDS,
        JOB,
        JOB_OPEN,
        JOB_PAGE,
        QUALITY,
        TRANSITION,
        TRANSITIONS_OF,
        CATEGORY_PAIR,
        COUNTING,
    ):
        op.execute(statement)
    for statement in (ERASED, LEDGER_RECORDED, AUDIT_PLACE, AUDIT_SLICE, AUDIT_RUN, AUDIT_FINDING, AUDIT_OPEN):
        op.execute(statement)
