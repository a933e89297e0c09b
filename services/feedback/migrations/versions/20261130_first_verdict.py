"""When the first verdict on a case fell: its clock ran out, or it closed within its clock."""

from alembic import op

revision = "20261130_first_verdict"
down_revision = "20261124_surveys_and_cases"
branch_labels = None
depends_on = None

COLUMN = "ALTER TABLE customer_case ADD COLUMN judged_at timestamptz"
JUDGED = """
UPDATE customer_case
SET judged_at = coalesce(overdue_at, CASE WHEN contacted_at <= contact_due_at THEN closed_at END)
WHERE overdue_at IS NOT NULL OR closed_at IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(COLUMN)
    op.execute(JUDGED)
