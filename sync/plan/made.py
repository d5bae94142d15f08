"""What a run made of the world, one change at a time: what history tells and what undoing starts from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from mappings.convert import moment
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

    @property
    def begins(self) -> datetime | None:
        """When work begins, as it is or once the record is as it was before, whichever is earlier."""
        start = self.change.start
        if start is None or self.change.kind not in ("shift", "job_request"):
            return start
        try:
            return min(start, moment(self.before or {}, "start_time"))
        except ValueError:
            return start
