"""What a run made of the world, one change at a time: what history tells and what undoing starts from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from sync.plan.model import Change


class Made(msgspec.Struct, frozen=True):
    """One change that a run made, with the record before and after; `record` is the id of what was written."""

    run: int
    at: datetime
    change: Change
    record: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    @property
    def ref(self) -> tuple[str, str]:
        """The kind and id of the record."""
        return self.change.kind, self.record
