"""Messages wait in the outbox as they are: compressing each for its few milliseconds there took half of its COPY."""

from alembic import op

revision = "20261124_uncompressed_outbox"
down_revision = "20261124_stage_and_care"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Only rows above a page's 8,160 bytes are compressed or moved out; messages are about 2,200 bytes.
    op.execute("ALTER TABLE outbox SET (toast_tuple_target = 8160)")
