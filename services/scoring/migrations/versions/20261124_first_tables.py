"""The ledger, the state of every customer, and what the chassis needs."""

from alembic import op

from common.chassis_tables import create_chassis_tables

revision = "20261124_first_tables"
down_revision = None
branch_labels = None
depends_on = None

KEY_PARTITIONS = 16

# Unique for ever, small and hot: an event has an effect when its key was inserted here (architecture.md, chassis 2).
# The subject leads to the ledger's row, which needs no index on (source, id) of its own.
LEDGER_KEY = """
CREATE TABLE ledger_key (
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    PRIMARY KEY (source, id)
) PARTITION BY HASH (source, id)
"""
# By month of recording, so that inserts stay in one partition however old the facts are that an import brings.
LEDGER = """
CREATE TABLE ledger (
    subject text COLLATE "C" NOT NULL,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    topic text COLLATE "C" NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    event bytea NOT NULL
) PARTITION BY RANGE (recorded_at)
"""
LEDGER_TIMELINE = "CREATE INDEX ledger_timeline ON ledger (subject, time, source, id)"
LEDGER_DEFAULT = "CREATE TABLE ledger_default PARTITION OF ledger DEFAULT"
# The runtime role may change no table; this function, the owner's, lets its worker make months ahead.
PREPARE_LEDGER = """
CREATE FUNCTION prepare_ledger(months_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $body$
DECLARE
    month timestamptz;
    name text;
    made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('guanxi ledger'));
    FOR month IN
        SELECT generate_series(date_trunc('month', now(), 'UTC') - interval '1 month',
                               date_trunc('month', now(), 'UTC') + make_interval(months => months_ahead),
                               interval '1 month')
    LOOP
        name := 'ledger_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass('public.' || name) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF ledger FOR VALUES FROM (%L) TO (%L)',
                               name, month, month + interval '1 month');
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING 'the rows of % are in ledger_default and stay there', name;
            END;
        END IF;
    END LOOP;
    RETURN made;
END
$body$
"""
# One row a subject. No index on what changes with every event: updates stay in their page (performance.md rule 4).
STATE = """
CREATE TABLE state (
    partition int NOT NULL,
    subject text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    published bytea,
    evaluated_on date,
    segment text COLLATE "C",
    tier text COLLATE "C",
    status text COLLATE "C",
    churn_band text COLLATE "C",
    strength double precision,
    churn_risk double precision,
    recency_days int,
    frequency int,
    monetary_minor bigint,
    PRIMARY KEY (partition, subject)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)
"""
STATE_SEGMENT = "CREATE INDEX state_segment ON state (segment, subject)"
STATE_TIER = "CREATE INDEX state_tier ON state (tier, subject)"
GUARD = "CREATE TABLE guard (partition int PRIMARY KEY, version uuid NOT NULL, worker uuid) WITH (fillfactor = 50)"
DIRTY = """
CREATE TABLE dirty (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition int NOT NULL,
    customer text COLLATE "C" NOT NULL,
    cause text NOT NULL,
    caused_by jsonb NOT NULL DEFAULT '[]',
    marked_at timestamptz NOT NULL DEFAULT now()
)
"""
POLICY = """
CREATE TABLE policy (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL UNIQUE,
    body json NOT NULL,
    from_file boolean NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_chassis_tables()
    op.execute(LEDGER_KEY)
    for number in range(KEY_PARTITIONS):
        op.execute(
            f"CREATE TABLE ledger_key_{number:02} PARTITION OF ledger_key "
            f"FOR VALUES WITH (MODULUS {KEY_PARTITIONS}, REMAINDER {number})"
        )
    for statement in (LEDGER, LEDGER_TIMELINE, LEDGER_DEFAULT, PREPARE_LEDGER, "SELECT prepare_ledger(3)"):
        op.execute(statement)
    for statement in (STATE, STATE_SEGMENT, STATE_TIER, GUARD, DIRTY, POLICY):
        op.execute(statement)
