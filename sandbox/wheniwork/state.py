"""Everything the sandbox's When I Work knows: tables of stored records, the clock, and what is switched how."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import VirtualClock
from sandbox.wheniwork import records
from sandbox.wheniwork.plain_records import PLAIN_KINDS, plain_record
from sandbox.wheniwork.prints import Prints
from sandbox.wheniwork.records import Record, rendered
from sandbox.wheniwork.shift_history import ShiftHistory
from sandbox.wheniwork.switches import Switches
from sandbox.wheniwork.throttle import Throttle
from sandbox.wheniwork.timeline import Timeline
from sandbox.wheniwork.tokens import TokenTable

DEVELOPER_KEY = "sandbox-developer-key"
PASSWORD = "sandbox"  # noqa: S105 - the sandbox's published, made-up password
ACCOUNT_ID = 3
TIMEZONE_ID, TIMEZONE_NAME = 11, "America/Chicago"

# Shift ids of today lie above 2 ** 31, and clients have to bear it (When I Work reference 5.1).
_FIRST_IDS = {"shifts": 3_474_000_001, "breaks": 4_400_000_001, "times": 2_300_000_001}
_BUILDERS: Mapping[str, Callable[[Mapping[str, Any], datetime], Record]] = {
    "users": records.user_record,
    "locations": records.location_record,
    "sites": records.site_record,
    "positions": records.position_record,
    "times": records.time_record,
}
_KINDS = ("accounts", "logins", *_BUILDERS, "shifts", "deleted_shifts", *PLAIN_KINDS)


class WhenIWorkState:
    """One When I Work service over the virtual clock, with the account and logins every sandbox has.

    Tables map ids to stored records, whose instants are aware UTC datetimes. Shifts are written by `roster` alone,
    because an index and a history go with them; the other tables may be written directly.
    """

    def __init__(self, clock: VirtualClock, rng: random.Random) -> None:
        self.clock = clock
        self.switches = Switches()
        self.tokens = TokenTable(random.Random(rng.random()))  # noqa: S311 - made-up tokens must repeat under a seed
        self.throttle = Throttle()
        self._tables: dict[str, dict[int, Record]] = {kind: {} for kind in _KINDS}
        self.accounts, self.logins = self.table("accounts"), self.table("logins")
        self.users, self.times = self.table("users"), self.table("times")
        self.locations, self.positions = self.table("locations"), self.table("positions")
        self.shifts, self.deleted_shifts = self.table("shifts"), self.table("deleted_shifts")
        self.timeline = Timeline()
        self.prints = Prints()
        self.history = ShiftHistory()
        self.deletions: dict[int, datetime] = {}
        """When each of the deleted shifts went."""
        self.sent: list[Record] = []
        """What people would have been sent: invitations, shift notifications and mails."""
        self.reminded_until = self.now()
        self._last_ids: dict[str, int] = {}
        self.add_account("Sandbox Warehousing", ACCOUNT_ID)
        self.add_member("manager@sandbox.example", "Morgan", "Manager", records.ADMIN)
        self.add_member("supervisor@sandbox.example", "Sam", "Supervisor", records.SUPERVISOR)
        self.add_member("employee@sandbox.example", "Emery", "Employee", records.EMPLOYEE)

    def now(self) -> datetime:
        """The present instant in UTC, in whole seconds as the service stores it."""
        return self.clock.now().replace(microsecond=0)

    def shown_time(self) -> datetime:
        """The present as the service's own clock has it, which the switch `clock_skew_seconds` makes wrong."""
        return self.clock.now() + timedelta(seconds=self.switches.clock_skew_seconds)

    def next_id(self, kind: str) -> int:
        """A fresh id, unique among all records of its kind."""
        self._last_ids[kind] = self._last_ids.get(kind, _FIRST_IDS.get(kind, 50_000_001) - 1) + 1
        return self._last_ids[kind]

    def add(self, kind: str, fields: Mapping[str, Any]) -> Record:
        """Store a record of any kind but accounts, logins and shifts; id and account may be given."""
        given = {"account_id": ACCOUNT_ID, **fields}
        if "id" not in given:
            given["id"] = self.next_id(kind)
        now = self.now()
        record = plain_record(kind, given, now) if kind in PLAIN_KINDS else _BUILDERS[kind](given, now)
        self.table(kind)[record["id"]] = record
        return record

    def table(self, kind: str) -> dict[int, Record]:
        """The records of a kind by id."""
        return self._tables[kind]

    def add_account(self, company: str, account_id: int | None = None) -> Record:
        """Open an account in the account zone America/Chicago (When I Work reference 7.10)."""
        now = self.now()
        account: Record = {
            "id": account_id or self.next_id("accounts"),
            "master_id": 0,
            "type": 3,
            "logo": "",
            "company": company,
            "subdomain": "",
            "enabled": True,
            "bad_credit_card": False,
            "plan_expires": False,
            "features": [],
            "timezone_id": TIMEZONE_ID,
            "timezone_name": TIMEZONE_NAME,
            "settings": {"schedule": {"start_of_week": 0}, "shifts": {"release": True}},
            "place": None,
            "created_at": now,
            "updated_at": now,
        }
        self.accounts[account["id"]] = account
        return account

    def add_login(self, email: str, password: str, first_name: str = "", last_name: str = "") -> Record:
        """A person who can log in; users of several accounts may belong to one login."""
        now = self.now()
        names = {"first_name": first_name, "last_name": last_name}
        stamps = {"created_at": now, "updated_at": now}
        login: Record = {"id": self.next_id("logins"), "email": email, **names, **stamps, "password": password}
        self.logins[login["id"]] = login
        return login

    def add_member(self, email: str, first_name: str, last_name: str, role: int) -> Record:
        """An active user with a login of the sandbox's usual password."""
        login = self.add_login(email, PASSWORD, first_name, last_name)
        names = {"first_name": first_name, "last_name": last_name}
        return self.add("users", {**names, "email": email, "role": role, "login_id": login["id"], "is_active": True})

    def zone_of(self, user: Record) -> ZoneInfo:
        """The zone in which a user reads times: the user's own, or the account's."""
        return ZoneInfo(user["timezone_name"] or self.accounts[user["account_id"]]["timezone_name"])

    def admin(self, account_id: int = ACCOUNT_ID) -> Record:
        """The first admin of an account, who acts where nobody else is named."""
        return next(u for u in self.users.values() if u["account_id"] == account_id and u["role"] == records.ADMIN)

    def snapshot(self) -> dict[str, Any]:
        """All of it as JSON-able data, as an admin would read it: drafts, OpenShifts and deleted people included."""
        kinds = [kind for kind in _KINDS if kind != "logins"]
        zone = ZoneInfo(self.accounts[ACCOUNT_ID]["timezone_name"])
        tables = {kind: [rendered(record, zone) for record in self.table(kind).values()] for kind in kinds}
        sent = [rendered(message, zone) for message in self.sent]
        return {**tables, "sent": sent, "switches": asdict(self.switches)}
