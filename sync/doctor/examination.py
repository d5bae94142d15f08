"""The examination: configuration file, both services, mapping, database; one that fails does not stop the others."""

import asyncio
import stat
import tomllib
from collections.abc import Awaitable, Iterable, Sequence
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
from sync.config.model import NOT_READY
from sync.connecting import MOST_SKEW, open_clients, service_time
from sync.doctor import comparing, mapping
from sync.doctor.advice import explain
from sync.doctor.finding import Finding, Level
from sync.doctor.hours import hidden
from sync.errors import ConfigError, SyncError
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan.wording import hours
from sync.report.records import held_in_words

_ROLES = {1: "administrator", 2: "manager", 3: "employee", 4: "lead", 5: "supervisor"}
_TOLERANCE = timedelta(minutes=1)
_MAPPING = "Places and skills"


async def examine(
    config: Config,
    path: Path,
    transport: httpx.AsyncBaseTransport | None = None,
    trace: Trace | None = None,
    problems: Sequence[str] = (),
    *,
    whole: bool = True,
) -> list[Finding]:
    """Look at everything, the configuration read from `path` first; nothing is written but an empty database.

    What Wonolo refused to the key is forgotten, so that the next run tries it again. `problems` are the mistakes that
    were taken out of the configuration, which is not `whole` where places or skills were among them.
    """
    gaps = [] if any(NOT_READY in problem for problem in problems) else mapping.gaps(config.rules)
    findings = [Finding("error", "Configuration", problem) for problem in problems]
    findings += _file(path, whole=not gaps and not problems)
    try:
        async with open_clients(config, transport, trace) as (wonolo, wheniwork):
            findings += await _accounts(config, wonolo, wheniwork, whole=whole)
    except ConfigError as error:
        findings += [Finding("error", "Configuration", problem) for problem in error.problems]
    findings += [*gaps, *await _tried("Database", _database(config))]
    return list(dict.fromkeys([*findings, *_switches(config, problems)]))


async def _accounts(config: Config, wonolo: Wonolo, wheniwork: WhenIWork, *, whole: bool) -> list[Finding]:
    """Look at both accounts, and at each list of theirs that can be read."""
    clocks = await _tried("Wonolo", _clocks(config, wonolo))
    keys = await _tried("Wonolo", _keys(config, wonolo))
    login = await _tried("When I Work", _wheniwork(config, wheniwork))
    login += [] if any(found.level in ("warning", "error") for found in clocks) else _skew(config, wheniwork)
    has_wonolo, has_wheniwork = (found[0].level == "ok" for found in (keys, login))
    now = await _now(config, wonolo) if has_wonolo else SystemClock().now()
    examinations = []
    if has_wheniwork and whole:
        examinations.append((_MAPPING, comparing.ids(config, wheniwork)))
    if has_wonolo and whole:
        examinations.append((_MAPPING, comparing.requests(config, wonolo, now)))
    if has_wheniwork and whole:
        examinations.append((_MAPPING, comparing.open_shifts(config, wheniwork, now)))
    compared = [row for area, examination in examinations for row in await _tried(area, examination)]
    if len(examinations) == 3 and not compared:
        counts = f"{len(config.places)} places and {len(config.skills)} skills"
        compared = [Finding("ok", _MAPPING, f"{counts} cover every open shift of the horizon")]
    beside = await _tried("People", comparing.people(wheniwork)) if has_wheniwork else []
    if has_wheniwork and config.sync.times_days and all(found.level != "error" for found in login):
        beside += await _tried("Hours worked", hidden(wheniwork, SystemClock().now()))
    return [*clocks, *keys, *login, *compared, *beside]


async def _tried(area: str, examination: Awaitable[list[Finding]]) -> list[Finding]:
    """Return the findings of an examination; an error that breaks it is its finding."""
    try:
        return await examination
    except SyncError as error:
        return [Finding("error", area, *explain(error))]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        text = f"an answer cannot be read ({type(error).__name__}: {error})"
        return [Finding("error", area, text, "run it again with --trace FILE and send that to whoever looks after it")]


async def _now(config: Config, wonolo: Wonolo) -> datetime:
    """The time that counts; this machine's where Wonolo's does not, or cannot be told."""
    if config.sync.clock == "wonolo":
        try:
            return service_time(await wonolo.info()) or SystemClock().now()
        except SyncError:
            pass  # told already, where the clocks were compared
    return SystemClock().now()


def _skew(config: Config, wheniwork: WhenIWork) -> list[Finding]:
    """Return a finding if When I Work's clock and this one differ; no run writes anything then."""
    apart = abs(wheniwork.skew or timedelta(0))
    if config.sync.clock == "wonolo" or apart <= _TOLERANCE:
        return []
    return [_apart("When I Work", apart)]


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
    return [_apart("Wonolo", apart)]


def _apart(area: str, apart: timedelta) -> Finding:
    """Clocks apart: a warning, an error from where nothing is written any more."""
    level: Level = "error" if apart > MOST_SKEW else "warning"
    todo = "set this machine's clock by a time server"
    return Finding(level, area, f"its clock and this machine's are {_length(apart)} apart", todo)


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


def _switches(config: Config, problems: Iterable[str]) -> list[Finding]:
    """Return a note for each system with writing switched off, unless a mistake keeps it from being written."""
    ready = not any(NOT_READY in problem for problem in problems)
    when = "when a first `shiftbridge diff` looks right"
    return [
        Finding("note", "Writing", f"to {NAMES[system]} is switched off", f"set write = true under [{system}] {when}")
        for system in config.switched_off
        if ready or system != "wonolo"
    ]
