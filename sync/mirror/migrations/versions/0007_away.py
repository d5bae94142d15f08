"""Time off that was granted to workers, and swaps that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wheniwork_time_off",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wheniwork_time_off", schema=None) as batch_op:
        batch_op.create_index("ix_wheniwork_time_off_user_id", ["pair", "user_id"], unique=False)

    op.create_table(
        "wheniwork_swap",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wheniwork_swap", schema=None) as batch_op:
        batch_op.create_index("ix_wheniwork_swap_shift_id", ["pair", "shift_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("wheniwork_swap", schema=None) as batch_op:
        batch_op.drop_index("ix_wheniwork_swap_shift_id")

    op.drop_table("wheniwork_swap")
    with op.batch_alter_table("wheniwork_time_off", schema=None) as batch_op:
        batch_op.drop_index("ix_wheniwork_time_off_user_id")

    op.drop_table("wheniwork_time_off")
