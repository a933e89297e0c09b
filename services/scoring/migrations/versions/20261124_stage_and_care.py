"""What lists show of stage, key account and care priority; empty until each customer's next evaluation."""

from alembic import op

revision = "20261124_stage_and_care"
down_revision = "20261124_first_tables"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE state
    ADD COLUMN stage text COLLATE "C",
    ADD COLUMN key_account boolean,
    ADD COLUMN care_priority double precision
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(COLUMNS)
