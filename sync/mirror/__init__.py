"""The mirror: what each system last said, links and bases, in SQLite or Postgres."""

from sync.mirror.database import migrate

__all__ = ["migrate"]
