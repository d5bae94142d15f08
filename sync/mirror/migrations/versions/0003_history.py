"""What others did to records, and the whole change in each row of the change log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index("ix_sighting_pair_kind_record", ["pair", "kind", "record"], unique=False)
        batch_op.create_index("ix_sighting_pair_at", ["pair", "at"], unique=False)
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("change", sa.JSON(), nullable=True))
        batch_op.create_index("ix_change_log_pair_kind_record", ["pair", "kind", "record"], unique=False)
        batch_op.create_index("ix_change_log_pair_run", ["pair", "run"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.drop_index("ix_change_log_pair_run")
        batch_op.drop_index("ix_change_log_pair_kind_record")
        batch_op.drop_column("change")
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index("ix_sighting_pair_at")
        batch_op.drop_index("ix_sighting_pair_kind_record")

    op.drop_table("sighting")
