"""Reading a history from the database: what is asked for becomes records, and records their lines."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from mappings.digest import RecordKind
from mappings.model import Rules, Unmapped
from mappings.place import of_job_request, of_shift
from mappings.worker import key_of
from sync.change_log import ChangeLog
from sync.errors import NoHistory
from sync.history.target import SPELLINGS, Target, read_target
from sync.history.timeline import Event, noun, timeline
from sync.history.words import Names, person
from sync.mirror.records import KINDS
from sync.mirror.sightings import Sighting
from sync.mirror.store import Transaction
from sync.outbox import Outbox
from sync.plan import Change
from sync.plan.made import Made

Ref = tuple[RecordKind, int]

_NAMED: dict[str, RecordKind] = {
    "user_id": "user",
    "location_id": "location",
    "site_id": "site",
    "position_id": "position",
    "creator_id": "user",
    "updated_by": "user",
}


class History(msgspec.Struct, frozen=True):
    """The lines about some records, oldest first; `zone` is whose walls show the times, `hints` where to look next."""

    pair: str
    subject: str
    zone: str
    events: tuple[Event, ...]
    hints: tuple[str, ...] = ()
    shifts: tuple[int, ...] = ()


class _Meant(msgspec.Struct, frozen=True):
    """The records that are meant, in words; the link where one was named, the workers where a person was."""

    refs: list[Ref]
    subject: str
    link: str = ""
    workers: frozenset[str] = frozenset()


def read_history(tx: Transaction, text: str, rules: Rules) -> History:
    """Read the history of what a person named; raises NoHistory with what can be written."""
    try:
        meant = _found(tx, read_target(text))
    except ValueError as error:
        raise NoHistory(str(error)) from error
    wrote = _wrote(tx, meant)
    seen = [row for kind in KINDS for row in tx.sightings.of(kind, _of_kind(meant.refs, kind))]
    if not wrote and not seen and not _mirrored(tx, meant.refs):
        raise NoHistory(f"nothing is known of {text!r}: no pull ever showed it; {SPELLINGS}")
    said = tx.decisions.about({key for row in wrote for key in _decided(row.change)})
    zone = _zone(tx, meant.refs, wrote, rules)
    return History(
        pair=tx.rows.pair,
        subject=meant.subject,
        zone=zone,
        events=timeline(wrote, seen, said, _names(tx, seen), zone),
        hints=() if meant.link else tuple(_beside(tx, meant.refs)),
        shifts=tuple(_of_kind(meant.refs, "shift")),
    )


def _of_kind(refs: Iterable[Ref], kind: str) -> list[int]:
    return [number for of, number in refs if of == kind]


def _wrote(tx: Transaction, meant: _Meant) -> list[Made]:
    """What runs wrote to the records or for the link, each change once."""
    log = ChangeLog(tx.rows)
    rows = [row for kind in KINDS for row in log.of_records(kind, _of_kind(meant.refs, kind))]
    rows += log.of_links([meant.link]) if meant.link else []
    rows += [row for row in log.of_links(_links_of_jobs(tx, meant)) if row.change.worker in meant.workers]
    return sorted({(row.at, row.change.effect, row.record): row for row in rows}.values(), key=lambda row: row.at)


def _decided(change: Change) -> set[str]:
    """The keys under which a change may have been decided, also by an earlier version."""
    return {change.key, f"undone:{change.key}", change.effect, change.decided} - {""}


def _links_of_jobs(tx: Transaction, meant: _Meant) -> set[str]:
    """The demands of which a person took a seat."""
    return {link for job in _of_kind(meant.refs, "job") if meant.workers for link in tx.past.links("job", job)}


def _found(tx: Transaction, wanted: Target) -> _Meant:
    """The records that are meant."""
    if wanted.kind or wanted.sort == "number":
        ref = (wanted.kind, int(wanted.text)) if wanted.kind else _only_kind(tx, int(wanted.text))
        return _Meant([ref], noun(*ref))
    if wanted.sort == "name":
        refs = _person(tx, wanted.text)
        return _Meant(refs, wanted.text, workers=frozenset(map(key_of, _of_kind(refs, "worker"))))
    link = wanted.text if wanted.sort == "link" else _link_of_key(tx, wanted.text)
    made = [row.ref for row in ChangeLog(tx.rows).of_links([link])]
    wrote = [(cast("RecordKind", kind), int(number)) for kind, number in made if _is_kept(kind, number)]
    refs = sorted({*tx.membership.of(link), *wrote})
    if not refs:
        raise NoHistory(f"there is no link {link!r}, and there never was one; the report as JSON names links")
    return _Meant(refs, f"link {link}", link)


def _is_kept(kind: str, number: str) -> bool:
    return kind in KINDS and number.isdecimal()


def _link_of_key(tx: Transaction, key: str) -> str:
    links = Outbox(tx.rows).links_of(key)
    if not links:
        raise NoHistory(f"no change of the key {key} was ever sent; `diff` shows what is only planned")
    return links[0]


def _only_kind(tx: Transaction, number: int) -> Ref:
    found = [kind for kind in KINDS if tx.past.records(kind, [number])]
    if len(found) == 1:
        return found[0], number
    if not found:
        raise NoHistory(f"nothing with the number {number} was ever seen; {SPELLINGS}")
    raise NoHistory(f"{number} is several things: write {', or '.join(noun(kind, number) for kind in found)}")


def _person(tx: Transaction, name: str) -> list[Ref]:
    """A person's records, and the seats a worker ever took."""
    people = {ref: person(record) for ref, record in tx.past.people().items()}
    fitting = [ref for ref, full in people.items() if _is_called(full, name)]
    workers = [number for kind, number in fitting if kind == "worker"]
    linked = [ref for number in workers for link in tx.past.links("worker", number) for ref in tx.membership.of(link)]
    others = [ref for ref in fitting if ref not in linked and ref[0] == "user"]
    if not fitting:
        raise NoHistory(f"nobody is called {name!r}; {SPELLINGS}")
    if len(workers) + len(others) > 1:
        listed = ", or ".join(f"{noun(*ref)} ({people[ref]})" for ref in fitting)
        raise NoHistory(f"several people are called {name!r}: write {listed}")
    jobs: list[Ref] = [("job", job) for number in workers for job in tx.past.jobs(number)]
    return sorted({*fitting, *linked, *jobs})


def _is_called(full: str, name: str) -> bool:
    wanted, known = name.casefold().rstrip(".").split(), full.casefold().split()
    if len(wanted) == 1:
        return wanted[0] in known
    return len(wanted) == len(known) and wanted[:-1] == known[:-1] and known[-1].startswith(wanted[-1])


def _mirrored(tx: Transaction, refs: Iterable[Ref]) -> bool:
    return any(tx.past.records(kind, [number]) for kind, number in refs)


def _beside(tx: Transaction, refs: Iterable[Ref]) -> Iterable[str]:
    """Which records belong to the same demand or person, and how to see them together."""
    known = set(refs)
    for link in dict.fromkeys(link for ref in refs for link in tx.past.links(*ref)):
        others = [noun(*ref) for ref in tx.membership.of(link) if ref not in known]
        if others:
            yield f"belongs together with {', '.join(others)}: shiftbridge history link {link}"


def _names(tx: Transaction, seen: Iterable[Sighting]) -> Names:
    """The names behind the ids in what was noticed."""
    wanted: dict[RecordKind, set[int]] = {}
    for row in seen:
        for fields in (row.before or {}, row.after or {}, row.told):
            for field, value in fields.items():
                if field in _NAMED and str(value).isdecimal():
                    wanted.setdefault(_NAMED[field], set()).add(int(value))
    return {
        (kind, number): _name(record)
        for kind, ids in wanted.items()
        for number, record in tx.past.records(kind, ids).items()
    }


def _name(record: Any) -> str:
    return str(record.get("name") or "") or person(record)


def _zone(tx: Transaction, refs: Iterable[Ref], made: Iterable[Made], rules: Rules) -> str:
    """The zone of the place it is about; UTC when that is not known."""
    for row in made:
        if row.change.zone != "UTC":
            return row.change.zone
    for kind, number in refs:
        for record in tx.past.records(kind, [number]).values():
            try:
                if kind == "shift":
                    return of_shift(record, rules).zone
                if kind == "job_request":
                    return of_job_request(record, rules).zone
            except Unmapped:
                continue
    zones = {place.zone for place in rules.places}
    return zones.pop() if len(zones) == 1 else "UTC"
