"""Record when a client gave a write up, when a reading first lacked it, and what keeps it from being looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("intent", schema=None) as batch_op:
        for name in ("gave_up_at", "absent_at"):
            batch_op.add_column(sa.Column(name, _TIME, nullable=True))
        batch_op.add_column(sa.Column("trouble", sa.String(), nullable=False, server_default=""))
    # Until now an unknown outcome was recorded in the moment in which the client gave up.
    op.execute("UPDATE intent SET gave_up_at = finished_at WHERE state = 'unknown'")


def downgrade() -> None:
    with op.batch_alter_table("intent", schema=None) as batch_op:
        for name in ("trouble", "absent_at", "gave_up_at"):
            batch_op.drop_column(name)
