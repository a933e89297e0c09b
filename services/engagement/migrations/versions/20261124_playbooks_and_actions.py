"""What operators write (documents), what was heard, and how an occasion becomes care."""

from alembic import op

revision = "20261124_playbooks_and_actions"
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
HEARD = """
CREATE TABLE heard (
    customer text NOT NULL,
    what text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (customer, what)
)
"""
PREFERENCE = """
CREATE TABLE preference (
    customer text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    value jsonb NOT NULL,
    confidence double precision NOT NULL,
    expires_on date,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer, key, digest)
)
"""
SHOWN_BEFORE = """
CREATE TABLE shown_before (
    customer text NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    until_on date NOT NULL,
    PRIMARY KEY (customer, dimension, value)
)
"""
CARE_CASE = """
CREATE TABLE care_case (
    case_id text PRIMARY KEY,
    customer text NOT NULL,
    cause text NOT NULL,
    severity text NOT NULL,
    touchpoint text,
    owner text,
    opened_at timestamptz NOT NULL,
    contact_due_at timestamptz,
    closed_at timestamptz,
    resolution text,
    time timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL
);
CREATE INDEX care_case_open ON care_case (customer) WHERE closed_at IS NULL
"""
OCCASION = """
CREATE TABLE occasion (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    playbook text NOT NULL,
    version int NOT NULL,
    step int NOT NULL,
    customer text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    decide_at timestamptz,
    facts jsonb NOT NULL DEFAULT '{}',
    experiment text,
    arm text,
    answer text,
    reason text,
    planned boolean NOT NULL DEFAULT false,
    withdrawn_at timestamptz,
    UNIQUE (playbook, step, customer, key)
);
CREATE INDEX occasion_planned ON occasion (customer, due_at) WHERE planned;
CREATE INDEX occasion_due ON occasion (decide_at) WHERE decide_at IS NOT NULL;
CREATE INDEX occasion_customer ON occasion (customer, playbook)
"""
DECISION = """
CREATE TABLE decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occasion_id bigint NOT NULL REFERENCES occasion,
    customer text NOT NULL,
    playbook text,
    purpose text NOT NULL,
    kind text NOT NULL,
    decision text NOT NULL,
    reason text,
    until timestamptz,
    channel text,
    arm text,
    detail text,
    at timestamptz NOT NULL
);
CREATE INDEX decision_customer ON decision (customer, id);
CREATE INDEX decision_occasion ON decision (occasion_id)
"""
ACTION = """
CREATE TABLE action (
    id bigint PRIMARY KEY REFERENCES occasion,
    customer text NOT NULL,
    playbook text,
    version int,
    step int NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL,
    task_kind text,
    channel text,
    template text,
    language text,
    priority int NOT NULL,
    family text,
    tone text NOT NULL,
    state text NOT NULL,
    reason text,
    planned_at timestamptz NOT NULL,
    sent_at timestamptz,
    opened_at timestamptz,
    clicked_at timestamptz,
    valid_until timestamptz NOT NULL,
    next_try_at timestamptz,
    lease_until timestamptz,
    attempts int NOT NULL DEFAULT 0,
    channel_tries int NOT NULL DEFAULT 0,
    template_version int,
    accepted_id text,
    case_id text,
    request_id text,
    experiment text,
    arm text,
    staff_id text
);
CREATE INDEX action_customer ON action (customer, id);
CREATE INDEX action_of ON action (customer) WHERE state IN ('waiting', 'awaiting_staff');
CREATE INDEX action_due ON action (channel, next_try_at) WHERE state = 'waiting';
CREATE INDEX action_leased ON action (lease_until) WHERE state = 'sending';
CREATE INDEX action_open ON action (valid_until) WHERE state IN ('waiting', 'awaiting_staff')
"""
ATTEMPT = """
CREATE TABLE attempt (
    action_id bigint NOT NULL REFERENCES action,
    number int NOT NULL,
    channel text NOT NULL,
    adapter text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text,
    detail text,
    PRIMARY KEY (action_id, number)
)
"""
TASK = """
CREATE TABLE task (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action_id bigint NOT NULL UNIQUE REFERENCES action,
    customer text NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    state text NOT NULL,
    opens_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    staff_id text,
    script text NOT NULL,
    outcome text,
    note text,
    on_time boolean,
    escalated_at timestamptz,
    done_at timestamptz
);
CREATE INDEX task_customer ON task (customer, due_at, id);
CREATE INDEX task_list ON task (due_at, id);
CREATE INDEX task_state ON task (state, due_at, id);
CREATE INDEX task_due ON task (due_at) WHERE state IN ('open', 'claimed')
"""
CONTACT = """
CREATE TABLE contact (
    customer text PRIMARY KEY
)
"""
GOAL = """
CREATE TABLE goal (
    occasion_id bigint PRIMARY KEY REFERENCES occasion,
    customer text NOT NULL,
    event text NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    met_at timestamptz,
    amount_minor bigint,
    currency text,
    closed_at timestamptz
);
CREATE INDEX goal_open ON goal (customer) WHERE closed_at IS NULL;
CREATE INDEX goal_event ON goal (event) WHERE closed_at IS NULL;
CREATE INDEX goal_over ON goal (until_at) WHERE closed_at IS NULL
"""
REPLAN = """
CREATE TABLE replan (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL
)
"""
PLANNING = """
CREATE TABLE planning (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    day date NOT NULL,
    document_id bigint NOT NULL,
    after text
)
"""
TABLES = (
    DOCUMENT,
    HEARD,
    PREFERENCE,
    SHOWN_BEFORE,
    CARE_CASE,
    OCCASION,
    DECISION,
    ACTION,
    ATTEMPT,
    TASK,
    CONTACT,
    GOAL,
    REPLAN,
    PLANNING,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        for statement in table.split(";\n"):
            op.execute(statement)
