"""What guards ask: which work a run looked at, what was spent of late, and how much is ahead."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.JSON(), nullable=True))
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.create_index("ix_intent_pair_bound", ["pair", "bound"], unique=False)
    with op.batch_alter_table("wonolo_job_request", schema=None) as batch_op:
        batch_op.drop_index("ix_wonolo_job_request_start_time")
        batch_op.create_index("ix_wonolo_job_request_start_time", ["pair", "start_time"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("wonolo_job_request", schema=None) as batch_op:
        batch_op.drop_index("ix_wonolo_job_request_start_time")
        batch_op.create_index("ix_wonolo_job_request_start_time", ["start_time"], unique=False)
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.drop_index("ix_intent_pair_bound")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("scope")
