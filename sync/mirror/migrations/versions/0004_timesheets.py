"""Times and payroll periods of When I Work, and which Time records the hours of which Job."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wheniwork_time",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wheniwork_time", schema=None) as batch_op:
        batch_op.create_index("ix_wheniwork_time_user_id", ["pair", "user_id"], unique=False)

    op.create_table(
        "wheniwork_payroll",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    op.create_table(
        "timesheet",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("job", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("job_settled", sa.String(), nullable=False),
        sa.Column("time_settled", sa.String(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pair", "job"),
    )
    with op.batch_alter_table("timesheet", schema=None) as batch_op:
        batch_op.create_index("ix_timesheet_time", ["pair", "time"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("timesheet", schema=None) as batch_op:
        batch_op.drop_index("ix_timesheet_time")

    op.drop_table("timesheet")
    op.drop_table("wheniwork_payroll")
    with op.batch_alter_table("wheniwork_time", schema=None) as batch_op:
        batch_op.drop_index("ix_wheniwork_time_user_id")

    op.drop_table("wheniwork_time")
