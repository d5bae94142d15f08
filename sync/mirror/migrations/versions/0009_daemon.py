"""Leases with an owner, and the tables of the daemon: dirty records, webhooks taken, readings of parts, pauses."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=key)


def upgrade() -> None:
    op.drop_table("lease")  # a lease lasts seconds; whoever held one takes another
    op.create_table(
        "lease", _text("pair", key=True), _text("owner"), _text("holder"), sa.Column("until", _TIME, nullable=False)
    )
    op.create_table(
        "dirty",
        _text("pair", key=True),
        _text("kind", key=True),
        sa.Column("record", sa.BigInteger(), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
    )
    op.create_table(
        "delivery",
        *(_text(name, key=True) for name in ("pair", "system", "event")),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("ix_delivery_pair_at", "delivery", ["pair", "at"])
    op.create_table(
        "look",
        _text("pair", key=True),
        _text("part", key=True),
        *(sa.Column(name, _TIME, nullable=True) for name in ("at", "marked_at")),
    )
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        *(_text(name) for name in ("pair", "kind")),
        sa.Column("record", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("who", "why")),
        sa.Column("at", _TIME, nullable=False),
        *(sa.Column(name, _TIME, nullable=True) for name in ("until", "ended_at")),
        _text("ended_by"),
    )
    op.create_index("ix_pause_pair", "pause", ["pair"])


def downgrade() -> None:
    for table in ("pause", "look", "delivery", "dirty", "lease"):
        op.drop_table(table)
    op.create_table(
        "lease",
        _text("pair", key=True),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
    )
