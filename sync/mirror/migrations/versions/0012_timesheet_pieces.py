"""Several Times may record the hours of one Job; and what is live otherwise than it was sent is kept by its fields."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEEP = "INSERT INTO timesheet_piece (pair, job, time, settled) SELECT pair, job, time, time_settled FROM timesheet"
# Of several Times the oldest stays.
_BACK = """
UPDATE timesheet SET (time, time_settled) = (
    SELECT time, settled FROM timesheet_piece
    WHERE timesheet_piece.pair = timesheet.pair AND timesheet_piece.job = timesheet.job ORDER BY time LIMIT 1
) WHERE EXISTS (
    SELECT 1 FROM timesheet_piece
    WHERE timesheet_piece.pair = timesheet.pair AND timesheet_piece.job = timesheet.job
)
"""


def upgrade() -> None:
    op.create_table(
        "timesheet_piece",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("job", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "job", "time"),
    )
    op.execute(_KEEP)
    op.create_index("ix_timesheet_piece_time", "timesheet_piece", ["pair", "time"])
    op.create_index("ix_wheniwork_time_start_time", "wheniwork_time", ["pair", "start_time"])
    op.drop_index("ix_timesheet_time", table_name="timesheet")
    with op.batch_alter_table("timesheet", schema=None) as batch_op:
        batch_op.drop_column("time")
        batch_op.drop_column("time_settled")
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wrong", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.drop_column("wrong")
    with op.batch_alter_table("timesheet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("time", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("time_settled", sa.String(), nullable=False, server_default=""))
    op.execute(_BACK)
    op.create_index("ix_timesheet_time", "timesheet", ["pair", "time"])
    op.drop_index("ix_wheniwork_time_start_time", table_name="wheniwork_time")
    op.drop_table("timesheet_piece")
