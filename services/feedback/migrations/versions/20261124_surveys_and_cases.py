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
    action_id text,
    token_seed bytea,
    token_hash bytea UNIQUE,
    UNIQUE (survey, occasion_source, occasion_id)
);
CREATE INDEX request_due ON request (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX request_expiring ON request (expires_at) WHERE state IN ('wanted', 'sent');
CREATE INDEX request_customer ON request (customer);
CREATE INDEX request_action ON request (action_id) WHERE action_id IS NOT NULL;
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
# Free text of customers: kept apart, sealed (store/text_seal.py), shown only to those who may read it, never published.
ANSWER_TEXT = """
CREATE TABLE answer_text (
    answer_id text COLLATE "C" NOT NULL REFERENCES answer (answer_id) ON DELETE CASCADE,
    question text NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (answer_id, question)
)
"""
# `about` is the touchpoint, else the order or ticket; the clock and what follows belong to the round.
CUSTOMER_CASE = """
CREATE TABLE customer_case (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    about text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('nps', 'csat', 'ces', 'complaint', 'review', 'staff')),
    severity text NOT NULL CHECK (severity IN ('normal', 'severe')),
    touchpoint text,
    owner text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'contacted', 'resolved', 'cannot_resolve', 'closed')),
    round int NOT NULL,
    opened_at timestamptz NOT NULL,
    clock_from timestamptz NOT NULL,
    contact_due_at timestamptz NOT NULL,
    contacted_at timestamptz,
    overdue_at timestamptz,
    settled_at timestamptz,
    closed_at timestamptz,
    resolution text CHECK (resolution IN ('resolved', 'cannot_resolve')),
    promise_kept boolean,
    root_cause text,
    benefit text,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX customer_case_one_open ON customer_case (customer, about) WHERE state <> 'closed';
CREATE INDEX customer_case_due ON customer_case ((state = 'closed'), contact_due_at, number);
CREATE INDEX customer_case_state ON customer_case (state, contact_due_at, number);
CREATE INDEX customer_case_owner ON customer_case (owner, (state = 'closed'), contact_due_at, number);
CREATE INDEX customer_case_customer ON customer_case (customer)
"""
# Whatever a case was opened for or heard of later; each event once.
CASE_SIGNAL = """
CREATE TABLE case_signal (
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    case_number bigint NOT NULL REFERENCES customer_case (number),
    customer text NOT NULL,
    at timestamptz NOT NULL,
    cause text NOT NULL,
    severity text NOT NULL,
    touchpoint text,
    order_id text,
    ticket_id text,
    complaint_id text,
    PRIMARY KEY (source, id)
);
CREATE INDEX case_signal_case ON case_signal (case_number)
"""
CASE_NOTE = """
CREATE TABLE case_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_number bigint NOT NULL REFERENCES customer_case (number),
    at timestamptz NOT NULL,
    author text NOT NULL,
    sealed bytea NOT NULL
);
CREATE INDEX case_note_case ON case_note (case_number)
"""
# A complaint that was resolved before it was heard of opens no case.
COMPLAINT_RESOLUTION = """
CREATE TABLE complaint_resolution (
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    customer text NOT NULL,
    at timestamptz NOT NULL,
    complaint_id text,
    case_id text,
    about text,
    PRIMARY KEY (source, id)
);
CREATE INDEX complaint_resolution_customer ON complaint_resolution (customer, at)
"""
# Ids whose data went: whatever is told of them late goes too.
ERASED = "CREATE TABLE erased (customer text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
# How satisfied and how loyal scoring thought the customer: to be set beside what customers answer, never as its cause.
RELATIONSHIP = "ALTER TABLE relationship ADD COLUMN experience float8, ADD COLUMN loyalty float8"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    surveys = (DOCUMENT, WAVE, REQUEST, ANSWER, ANSWER_TEXT)
    cases = (CUSTOMER_CASE, CASE_SIGNAL, CASE_NOTE, COMPLAINT_RESOLUTION, ERASED, RELATIONSHIP)
    for statement in (*surveys, *cases):
        for part in statement.split(";\n"):
            op.execute(part)
