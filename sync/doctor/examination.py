"""The examination: configuration file, both services, mapping, database; one that fails does not stop the others."""

import asyncio
import stat
import tomllib
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from mappings.convert import one_line
from mappings.model import NAMES
from sync.clients.trace import Trace
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import SystemClock
from sync.config import Config
from sync.connecting import open_clients, service_time
from sync.doctor import mapping
from sync.doctor.advice import explain
from sync.doctor.finding import Finding, Level
from sync.doctor.hours import hidden
from sync.errors import SyncError
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan.wording import hours
from sync.report.records import held_in_words

_ROLES = {1: "administrator", 2: "manager", 3: "employee", 4: "lead", 5: "supervisor"}
_TOLERANCE = timedelta(minutes=1)
_OVERLAP = timedelta(minutes=10)
"""How far back each poll reads again: clocks further apart lose changes."""


async def examine(
    config: Config, path: Path, transport: httpx.AsyncBaseTransport | None = None, trace: Trace | None = None
) -> list[Finding]:
    """Look at everything, the configuration read from `path` first; nothing is written but an empty database.

    What Wonolo refused to the key is forgotten, so that the next run tries it again.
    """
    gaps = mapping.gaps(config.rules)
    findings = _file(path, whole=not gaps)
    async with open_clients(config, transport, trace) as (wonolo, wheniwork):
        findings += await _tried("Wonolo", _clocks(config, wonolo))
        findings += await _tried("Wonolo", _keys(config, wonolo))
        findings += await _tried("When I Work", _wheniwork(config, wheniwork))
        if not any(finding.level == "error" for finding in findings):
            findings += await _tried("Places and skills", _mapping(config, wonolo, wheniwork))
            if config.sync.times_days:
                findings += await _tried("Hours worked", hidden(wheniwork, SystemClock().now()))
    findings += [*gaps, *await _tried("Database", _database(config))]
    return list(dict.fromkeys([*findings, *_switches(config)]))


async def _tried(area: str, examination: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        return await examination
    except SyncError as error:
        return [Finding("error", area, *explain(error))]


def _file(path: Path, *, whole: bool) -> list[Finding]:
    found = [Finding("ok", "Configuration", f"{path} {'is complete' if whole else 'can be read'}")]
    secrets = {"api_key", "secret_key", "key", "password"}
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    kept = any(secrets & set(table) for table in tables.values() if isinstance(table, dict))
    if kept and stat.S_IMODE(path.stat().st_mode) & 0o077:
        todo = f"chmod 600 {path}"
        found.append(
            Finding("warning", "Configuration", "it holds secrets, and others on this machine can read it", todo)
        )
    return found


async def _clocks(config: Config, wonolo: Wonolo) -> list[Finding]:
    return _compared(config, service_time(await wonolo.info()), SystemClock().now())


async def _keys(config: Config, wonolo: Wonolo) -> list[Finding]:
    await anext(wonolo.job_requests(updated_after=SystemClock().now()), None)
    found = [Finding("ok", "Wonolo", "the keys are accepted")]
    if config.wonolo.write:
        text = "no call tells whether the key is a Public Pool one, which may not write; the first write will"
        found.append(Finding("note", "Wonolo", text))
    return found


def _compared(config: Config, there: datetime | None, here: datetime) -> list[Finding]:
    if there is None:
        return [Finding("note", "Wonolo", "it does not say what time it is, so the clocks are not compared")]
    apart = abs(there - here)
    if config.sync.clock == "wonolo":
        return [Finding("note", "Wonolo", f"its clock counts; it is {_length(apart)} from this machine's")]
    if apart <= _TOLERANCE:
        return [Finding("ok", "Wonolo", "its clock and this machine's agree")]
    todo = "set this machine's clock by a time server"
    level: Level = "error" if apart >= _OVERLAP else "warning"
    return [Finding(level, "Wonolo", f"its clock and this machine's are {_length(apart)} apart", todo)]


def _length(apart: timedelta) -> str:
    seconds = round(apart.total_seconds())
    minutes, days = seconds // 60, seconds // 86400
    if days:
        return f"{days} day{'s' * (days > 1)}"
    return f"{seconds} s" if seconds < 120 else hours(minutes)


async def _wheniwork(config: Config, wheniwork: WhenIWork) -> list[Finding]:
    account = await wheniwork.account()
    name, number = one_line(account.get("company")), int(account["id"])
    wanted = config.wheniwork.account_id
    if wanted not in (None, number):
        text = f"the login acts in account {number} ({name}), not in {wanted}"
        return [Finding("error", "When I Work", text, "set user_id to your user of the account that is meant")]
    found = [Finding("ok", "When I Work", f"the login acts in account {number} ({name})")]
    if wanted is None:
        text = "account_id is not set, so another account would not be noticed"
        found.append(Finding("note", "When I Work", text, f"set account_id = {number} under [wheniwork]"))
    return found + _role(config, await wheniwork.own_users(), number)


def _role(config: Config, users: list[dict[str, Any]], account: int) -> list[Finding]:
    rows = [row for row in users if config.wheniwork.user_id in (None, row["id"]) and row.get("account_id") == account]
    role = int(rows[0].get("role") or 0) if rows else 0
    name = _ROLES.get(role, f"role {role}")
    if role in (1, 2):
        return [Finding("ok", "When I Work", f"the user is a{'n' * (role == 1)} {name}, who may do all that is needed")]
    todo = "give the user the role of a manager, or log in as one"
    return [Finding("error", "When I Work", f"the user is a {name}, who neither sees nor may change every shift", todo)]


async def _mapping(config: Config, wonolo: Wonolo, wheniwork: WhenIWork) -> list[Finding]:
    now = SystemClock().now()
    if config.sync.clock == "wonolo":
        now = service_time(await wonolo.info()) or now
    locations, positions = await wheniwork.locations.list(), await wheniwork.positions.list()
    listing = await wheniwork.shifts(now, now + timedelta(days=config.sync.horizon_days), deleted=False)
    used = {
        one_line(row.get("category"))
        async for page in wonolo.job_requests(updated_after=now - timedelta(days=31))
        for row in page
    }
    rules = config.rules
    found = mapping.unknown_ids(rules, locations, await wheniwork.sites.list(), positions)
    found += mapping.unused_categories(rules, used - {""})
    found += mapping.unmapped_shifts(rules, listing.shifts, locations, positions)
    counts = f"{len(rules.places)} places and {len(rules.skills)} skills"
    return found or [Finding("ok", "Places and skills", f"{counts} cover every open shift of the horizon")]


async def _database(config: Config) -> list[Finding]:
    store = await asyncio.to_thread(Store.open, config.database.url)
    try:
        with store.begin(config.name) as tx:
            barred = sorted(Outbox(tx.rows).lift(SystemClock().now()))
            counts = tx.counts()
    finally:
        store.close()
    held = held_in_words(counts)
    return [Finding("ok", "Database", f"it can be used, and holds {held}"), *_barred(barred)]


def _barred(needs: Iterable[str]) -> list[Finding]:
    """What the key was refused of late, and may be tried again from now on."""
    todo = "the next reconcile tries it again; as long as the key is a Public Pool one, do it in the portal"
    return [Finding("warning", "Wonolo", f"it lately refused this key to {need}", todo) for need in needs]


def _switches(config: Config) -> list[Finding]:
    when = "when a first `shiftbridge diff` looks right"
    return [
        Finding("note", "Writing", f"to {NAMES[system]} is switched off", f"set write = true under [{system}] {when}")
        for system in config.switched_off
    ]
