"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_log_link"), ["link"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_log_pair"), ["pair"], unique=False)

    op.create_table(
        "cursor",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pair", "name"),
    )
    op.create_table(
        "intent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("bound", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intent_key"), ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_intent_pair"), ["pair"], unique=False)
        batch_op.create_index(batch_op.f("ix_intent_state"), ["state"], unique=False)

    op.create_table(
        "lease",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pair"),
    )
    op.create_table(
        "link",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pair", "key"),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_slot"), ["slot"], unique=False)

    op.create_table(
        "link_member",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("settled", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "kind", "record"),
    )
    with op.batch_alter_table("link_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_member_link"), ["link"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_pair"), ["pair"], unique=False)

    op.create_table(
        "wheniwork_location",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    op.create_table(
        "wheniwork_position",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    op.create_table(
        "wheniwork_shift",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wheniwork_shift", schema=None) as batch_op:
        batch_op.create_index("ix_wheniwork_shift_start_time", ["pair", "start_time"], unique=False)
        batch_op.create_index(batch_op.f("ix_wheniwork_shift_user_id"), ["user_id"], unique=False)

    op.create_table(
        "wheniwork_site",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    op.create_table(
        "wheniwork_user",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("employee_code", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wheniwork_user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wheniwork_user_employee_code"), ["employee_code"], unique=False)

    op.create_table(
        "wonolo_job",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("job_request_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wonolo_job", schema=None) as batch_op:
        batch_op.create_index("ix_wonolo_job_job_request_id", ["pair", "job_request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wonolo_job_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "wonolo_job_request",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slots", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("pair", "id"),
    )
    with op.batch_alter_table("wonolo_job_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wonolo_job_request_start_time"), ["start_time"], unique=False)
        batch_op.create_index(batch_op.f("ix_wonolo_job_request_state"), ["state"], unique=False)

    op.create_table(
        "wonolo_worker",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "id"),
    )


def downgrade() -> None:
    op.drop_table("wonolo_worker")
    with op.batch_alter_table("wonolo_job_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wonolo_job_request_state"))
        batch_op.drop_index(batch_op.f("ix_wonolo_job_request_start_time"))

    op.drop_table("wonolo_job_request")
    with op.batch_alter_table("wonolo_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wonolo_job_worker_id"))
        batch_op.drop_index("ix_wonolo_job_job_request_id")

    op.drop_table("wonolo_job")
    with op.batch_alter_table("wheniwork_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wheniwork_user_employee_code"))

    op.drop_table("wheniwork_user")
    op.drop_table("wheniwork_site")
    with op.batch_alter_table("wheniwork_shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wheniwork_shift_user_id"))
        batch_op.drop_index("ix_wheniwork_shift_start_time")

    op.drop_table("wheniwork_shift")
    op.drop_table("wheniwork_position")
    op.drop_table("wheniwork_location")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_pair"))

    op.drop_table("run")
    with op.batch_alter_table("link_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_member_link"))

    op.drop_table("link_member")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_slot"))

    op.drop_table("link")
    op.drop_table("lease")
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intent_state"))
        batch_op.drop_index(batch_op.f("ix_intent_pair"))
        batch_op.drop_index(batch_op.f("ix_intent_key"))

    op.drop_table("intent")
    op.drop_table("cursor")
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_log_pair"))
        batch_op.drop_index(batch_op.f("ix_change_log_link"))

    op.drop_table("change_log")
