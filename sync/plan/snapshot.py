"""What the planner is given: rules, clock, and the records that may need something. Nothing else reaches it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import msgspec

from mappings.bookings import Booking
from mappings.decision import Decision
from mappings.likeness import Seat
from mappings.link import LinkedDemand, LinkedWorker, WorkedJob
from mappings.model import Rules, Unmapped, Worker
from mappings.ownership import OWNERSHIP, Ownership
from sync.plan.model import Live
from sync.plan.reading import Reading, read_records

Record = Mapping[str, Any]


class LonePosting(msgspec.Struct, frozen=True):
    """A JobRequest without a link, and its Jobs."""

    job_request: Record
    jobs: tuple[Record, ...] = ()


class Policy(msgspec.Struct, frozen=True):
    """What the user decided about planning.

    `cutoff` is how long before a start a cancellation costs money. `placeholder_email` is the address of users who
    are made with workers "placeholder" (`mappings.worker.placeholder`).
    """

    rules: Rules
    cutoff: timedelta = timedelta(hours=12)
    workers: Literal["create", "match", "placeholder"] = "create"
    ownership: Ownership = OWNERSHIP
    placeholder_email: str = ""


class Snapshot(msgspec.Struct, frozen=True, dict=True):
    """Everything one plan is made of.

    `users` names the worker behind a When I Work user id; `people` are the workers on the Jobs,
    `known` others who hold a shift, as the mirror knows them. To recognise people,
    `roster` are all workers of Wonolo and `candidates` all users of When I Work who may turn out to be one of them, or
    did; `seats` are where and when they are at work, by `wonolo:<id>` and `user:<id>`; `doubts` say by worker why none
    is made a user yet. `busy` links have a write whose outcome is not known yet;
    `live` are writes that came back otherwise than they were sent, oldest first.
    `taken` are keys of links that exist, as far as a new link might get one of them. `decisions` are those that
    people made and that still count, by what was decided. `worked` are Jobs whose work is over and whose hours may
    have to be carried over, `times` the Times without a link that may record them, `payrolls` all payroll periods,
    which are known from `payrolls_since` on (None: not at all).
    `booked` tells when the workers of these links and postings are taken, in order; `swaps` what is under way about a
    shift, in words. `drafts` are unpublished shifts that may be the same as one of the postings. Nothing is begun that
    starts `until` then or later (None: however far ahead). `others` tells before the first run how many shifts are left
    alone, by why; None after it. `sent` tells how often the request of a link was sent, if a posting has its marker;
    `strange` are markers of ours that this database never sent. `standing` are shifts that stood there already when a
    link, by its key, lost a seat.
    """

    now: datetime
    policy: Policy
    links: tuple[LinkedDemand, ...] = ()
    workers: tuple[LinkedWorker, ...] = ()
    postings: tuple[LonePosting, ...] = ()
    shifts: tuple[Record, ...] = ()
    users: Mapping[int, str] = {}
    people: Mapping[str, Worker] = {}
    known: Mapping[str, Worker] = {}
    candidates: tuple[tuple[int, Worker], ...] = ()
    roster: tuple[Worker, ...] = ()
    seats: Mapping[str, frozenset[Seat]] = {}
    doubts: Mapping[str, str] = {}
    busy: Mapping[str, str] = {}
    live: tuple[Live, ...] = ()
    taken: frozenset[str] = frozenset()
    decisions: Mapping[str, Decision] = {}
    worked: tuple[WorkedJob, ...] = ()
    times: tuple[Record, ...] = ()
    payrolls: tuple[Record, ...] = ()
    payrolls_since: datetime | None = None
    booked: Mapping[str, tuple[Booking, ...]] = {}
    swaps: Mapping[int, str] = {}
    others: Mapping[str, int] | None = None
    drafts: tuple[Record, ...] = ()
    until: datetime | None = None
    sent: Mapping[str, int] = {}
    strange: frozenset[str] = frozenset()
    standing: frozenset[tuple[str, int]] = frozenset()

    def begins(self, start: datetime | None) -> bool:
        """Return True if work that starts then may be begun: it is within the horizon, or its start is unknown."""
        return start is None or self.until is None or start < self.until

    def reading(self, link: LinkedDemand) -> Reading:
        """A link's records, read once for all who ask; raises Unmapped when one has no meaning here any more."""
        found = self._readings.get(link.key)
        if found is None:
            try:
                found = read_records(link, self.rules, self.users)
            except Unmapped as reason:
                found = reason
            self._readings[link.key] = found
        if isinstance(found, Unmapped):
            raise found
        return found

    @cached_property
    def _readings(self) -> dict[str, Reading | Unmapped]:
        return {}

    @cached_property
    def names(self) -> Mapping[str, Worker]:
        """The workers whose names are known, whoever tells them."""
        return {**self.known, **self.people} if self.known else self.people

    @property
    def rules(self) -> Rules:
        """The mapping rules of the pair."""
        return self.policy.rules
