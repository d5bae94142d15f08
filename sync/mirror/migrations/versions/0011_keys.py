"""Keys without words: which version a decision's key is of, what was chosen in words, and what exactly was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("words", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("keys", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("intent") as table:
        table.add_column(sa.Column("effect", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE intent SET effect = key")  # the keys of version 1 named what was sent
    # What was decided of matches never rested on words.
    op.execute("UPDATE decision SET keys = 2 WHERE choice IN ('same', 'different')")
    op.create_index("ix_intent_effect", "intent", ["effect"])


def downgrade() -> None:
    op.drop_index("ix_intent_effect", "intent")
    with op.batch_alter_table("intent") as table:
        table.drop_column("effect")
    with op.batch_alter_table("decision") as table:
        table.drop_column("keys")
        table.drop_column("words")
