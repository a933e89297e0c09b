"""What operators write (surveys), who was asked what, and what was answered; then the cases that answers open."""

from alembic import op

revision = "20261124_surveys_and_cases"
down_revision = "20261124_first_tables"
branch_labels = None
depends_on = None

DOCUMENT = """
CREATE TABLE document (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    version int NOT NULL,
    text text NOT NULL,
    sha256 text NOT NULL,
    from_file boolean NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, name, version)
)
"""
WAVE = """
CREATE TABLE wave (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survey text NOT NULL,
    name text NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    asks boolean NOT NULL,
    planned_to text NOT NULL DEFAULT '',
    UNIQUE (survey, name)
)
"""
# Rows keep the id that was told; version, language, token and the instants come when the ask is made. `due_at` is
# null when nothing is to be done any more; a reminder shares the token of the request that it reminds of.
REQUEST = """
CREATE TABLE request (
    number bigint GENERATED ALWAYS AS IDENTITY,
    request_id text COLLATE "C" GENERATED ALWAYS AS ('req_' || CAST(number AS text)) STORED PRIMARY KEY,
    survey text NOT NULL,
    version int,
    kind text NOT NULL,
    wave text,
    touchpoint text,
    customer text NOT NULL,
    language text,
    state text NOT NULL
        CHECK (state IN ('planned', 'wanted', 'sent', 'not_sent', 'answered', 'expired', 'skipped')),
    reason text,
    occasion_source text NOT NULL,
    occasion_id text NOT NULL,
    occasion_at timestamptz NOT NULL,
    due_at timestamptz,
    asked_at timestamptz,
    sent_at timestamptz,
    opened_at timestamptz,
    expires_at timestamptz,
    reminder_of text COLLATE "C" UNIQUE REFERENCES request (request_id),
    throttle_exempt boolean NOT NULL DEFAULT false,
    case_id text,
    token_seed bytea,
    token_hash bytea UNIQUE,
    UNIQUE (survey, occasion_source, occasion_id)
);
CREATE INDEX request_due ON request (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX request_expiring ON request (expires_at) WHERE state IN ('wanted', 'sent');
CREATE INDEX request_customer ON request (customer);
CREATE INDEX request_wave ON request (survey, wave, state)
"""
# The rating is the main question turned so that high = good; `answers` holds numbers and choices as published.
ANSWER = """
CREATE TABLE answer (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    answer_id text COLLATE "C" GENERATED ALWAYS AS ('ans_' || CAST(number AS text)) STORED PRIMARY KEY,
    source text NOT NULL,
    id text NOT NULL,
    survey text NOT NULL,
    version int NOT NULL,
    kind text NOT NULL,
    wave text,
    touchpoint text,
    customer text NOT NULL,
    channel text NOT NULL,
    answered_at timestamptz NOT NULL,
    rating_kind text,
    rating_value double precision,
    rating_min double precision,
    rating_max double precision,
    answers jsonb NOT NULL DEFAULT '[]',
    request_id text COLLATE "C" UNIQUE REFERENCES request (request_id),
    origin text NOT NULL CHECK (origin IN ('page', 'api', 'event')),
    UNIQUE (source, id)
);
CREATE INDEX answer_survey ON answer (survey, wave);
CREATE INDEX answer_customer ON answer (customer)
"""
# Free text of customers: kept apart, shown only to those who may read it, never published.
ANSWER_TEXT = """
CREATE TABLE answer_text (
    answer_id text COLLATE "C" NOT NULL REFERENCES answer (answer_id) ON DELETE CASCADE,
    question text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (answer_id, question)
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (DOCUMENT, WAVE, REQUEST, ANSWER, ANSWER_TEXT):
        for part in statement.split(";\n"):
            op.execute(part)
