"""A link with the records of both sides: what a plan is made of, and what settles one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mappings.model import Demand, Timesheet, Worker

Record = Mapping[str, Any]


class LinkedDemand(msgspec.Struct, frozen=True):
    """A link of a JobRequest and shifts, with the records of both as last seen; `shifts` lacks deleted ones."""

    key: str
    base: Demand
    job_request: Record | None
    jobs: tuple[Record, ...] = ()
    shifts: tuple[Record, ...] = ()


class LinkedWorker(msgspec.Struct, frozen=True):
    """A link of a Wonolo worker and a When I Work user, and both records; `ours` if the engine created the user."""

    key: str
    base: Worker
    user_id: int
    wonolo: Record
    ours: bool = False
    user: Record = {}


class WorkedJob(msgspec.Struct, frozen=True):
    """A Job whose work is over, what was planned for it, and the Times that record its hours in When I Work.

    `shifts` are the demand's. `base` is what both sides last agreed on, None while no Time is linked. `times` lack the
    linked ones that were deleted, whose ids are `lost`.
    """

    key: str
    job: Record
    planned: Demand
    shifts: tuple[Record, ...] = ()
    base: Timesheet | None = None
    times: tuple[Record, ...] = ()
    lost: tuple[int, ...] = ()

    @property
    def known(self) -> str:
        """The worker whose hours both sides agreed on; empty before."""
        return self.base.worker if self.base else ""
