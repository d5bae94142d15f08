"""Indexes that let planning pass over the links that are quiet, however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LINKABLE = ("wonolo_job_request", "wonolo_job", "wonolo_worker", "wheniwork_shift", "wheniwork_user")
_LONE = "ix_wonolo_job_request_lone"


def _index(name: str, table: str, columns: list[str], condition: str | None = None) -> None:
    where = sa.text(condition) if condition else None
    op.drop_index(name, table)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for table in _LINKABLE:
        _index(f"ix_{table}_unsettled", table, ["pair", "link"], "link > '' AND digest != settled")
    _index(_LONE, "wonolo_job_request", ["pair", "link", "start_time"], "link = ''")
    _index("ix_link_slot", "link", ["pair", "slot"])
    for column in ("pair", "state"):
        op.drop_index(f"ix_intent_{column}", "intent")
    op.create_index("ix_intent_pair_state", "intent", ["pair", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_intent_pair_state", "intent")
    for column in ("pair", "state"):
        op.create_index(f"ix_intent_{column}", "intent", [column], unique=False)
    _index("ix_link_slot", "link", ["slot"])
    _index(_LONE, "wonolo_job_request", ["pair", "start_time"], "link = ''")
    for table in _LINKABLE:
        _index(f"ix_{table}_unsettled", table, ["pair", "link"], "link != '' AND digest != settled")
