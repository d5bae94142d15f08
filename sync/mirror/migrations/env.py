"""Run the revisions on the connection that `sync.mirror.database.migrate` opened."""

from alembic import context
from sqlmodel import SQLModel

from sync.mirror import mirrored, tables  # noqa: F401 - importing them registers the tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
