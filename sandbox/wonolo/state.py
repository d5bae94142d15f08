"""Everything Wonolo knows about one company, and the few rules every route needs."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import VirtualClock
from sandbox.wonolo.switches import Switches
from sandbox.wonolo.table import Record, Table
from sandbox.wonolo.zones import COMPANY_ZONE, zone_of_zip

COMPANY_ID = 402


class WonoloState:
    """Tables of records by id, tokens with their end, and an agenda of the instants at which something happens.

    Records hold instants as aware UTC datetimes in whole milliseconds and are rendered only at the edge.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self.clock = clock
        self.rng = rng
        self.switches = Switches()
        self.api_key = "pk_test_sandbox"
        self.secret_key = "sk_test_sandbox"  # noqa: S105 - a made-up key, documented for everybody
        self.tokens: dict[str, datetime] = {}
        self.users = Table(1001)
        self.customers = Table(301)
        self.badges = Table(11)
        self.job_requests = Table(50001)
        self.jobs = Table(90001)
        self.multi_day_job_requests = Table(7001)
        self.messages = Table(20001)
        self.notifications: list[Record] = []
        """What workers were sent again: JobRequest, workers, instant."""
        self.external_tokens: dict[int, str] = {}
        """Tokens of other systems, by user."""
        self.jobs_of: defaultdict[int, list[int]] = defaultdict(list)
        self.announcing = False
        """Whether state changes are noted for a webhook."""
        self.announcements: list[Any] = []
        self.agenda: list[tuple[datetime, int]] = []
        self._last_part_id = 700000

    def now(self) -> datetime:
        """The present in whole milliseconds, as Wonolo stamps its records."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def shown_time(self) -> datetime:
        """The present as the service's own clock has it, which the switch `clock_skew_seconds` makes wrong."""
        return self.clock.now() + timedelta(seconds=self.switches.clock_skew_seconds)

    def next_part_id(self) -> int:
        """An id for a part of a record, such as a transition of a Job."""
        self._last_part_id += 1
        return self._last_part_id

    def zone_of(self, job_request: Record) -> str:
        """IANA name of the zone in which a JobRequest's wall-clock times are read and shown."""
        choice = self.switches.start_time_zone
        if choice == "site":
            return zone_of_zip(job_request["zip"] or "") or COMPANY_ZONE
        return COMPANY_ZONE if choice == "company" else choice

    def written_in(self, job_request: Record) -> ZoneInfo:
        """The same zone, to read a zoneless time with."""
        return ZoneInfo(self.zone_of(job_request))

    def note_times(self, job_request: Record) -> None:
        """Put the start and the end of a JobRequest on the agenda."""
        start = job_request["start_time"]
        if start is not None:
            end = start + timedelta(minutes=job_request["duration"] or 0)
            for moment in {start, end}:
                heappush(self.agenda, (moment, job_request["id"]))

    def next_due(self) -> datetime | None:
        """The instant of the first thing on the agenda."""
        return self.agenda[0][0] if self.agenda else None

    def take_due(self) -> list[Record]:
        """Take off the agenda what is due by now: JobRequests whose start or end has come."""
        due: dict[int, Record] = {}
        while self.agenda and self.agenda[0][0] <= self.clock.now():
            number = heappop(self.agenda)[1]
            due[number] = self.job_requests.records[number]
        return list(due.values())

    def expire_tokens(self) -> None:
        """End every token at once."""
        self.tokens.clear()
