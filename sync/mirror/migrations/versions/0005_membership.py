"""Which link holds a record, and its digest when both sides agreed, stand with the record itself."""

# ruff: noqa: S608 - the only names in the statements are those of our own tables

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = {
    "job_request": "wonolo_job_request",
    "job": "wonolo_job",
    "worker": "wonolo_worker",
    "shift": "wheniwork_shift",
    "user": "wheniwork_user",
}
_LONE = {
    "wonolo_job_request": ["pair", "start_time"],
    "wonolo_job": ["pair", "job_request_id"],
    "wheniwork_shift": ["pair", "user_id", "start_time"],
}


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for kind, table in _TABLES.items():
        for column in ("link", "settled"):
            op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
        of_record = f"m.pair = {table}.pair AND m.kind = '{kind}' AND m.record = {table}.id"
        for column in ("link", "settled"):
            op.execute(
                f"UPDATE {table} SET {column} = (SELECT m.{column} FROM link_member m WHERE {of_record}) "
                f"WHERE EXISTS (SELECT 1 FROM link_member m WHERE {of_record})"
            )
        _index(f"ix_{table}_link", table, ["pair", "link"], "link != ''")
        _index(f"ix_{table}_unsettled", table, ["pair", "link"], "link != '' AND digest != settled")
    for table, columns in _LONE.items():
        _index(f"ix_{table}_lone", table, columns, "link = ''")
    op.drop_index("ix_link_member_link", "link_member")
    op.drop_table("link_member")


def downgrade() -> None:
    op.create_table(
        "link_member",
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("settled", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "kind", "record"),
    )
    op.create_index("ix_link_member_link", "link_member", ["link"], unique=False)
    for table in _LONE:
        op.drop_index(f"ix_{table}_lone", table)
    for kind, table in _TABLES.items():
        op.execute(
            f"INSERT INTO link_member (pair, kind, record, link, settled) "
            f"SELECT pair, '{kind}', id, link, settled FROM {table} WHERE link != ''"
        )
        op.drop_index(f"ix_{table}_unsettled", table)
        op.drop_index(f"ix_{table}_link", table)
        for column in ("settled", "link"):
            op.drop_column(table, column)
