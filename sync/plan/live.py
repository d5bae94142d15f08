"""Planning about records that are live otherwise than they were sent: a person is asked, and nothing alike is made."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.demand import Posting
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import NAMES, Demand, Rules, Stage, System, Unmapped
from mappings.ownership import Field
from mappings.shifts import ShiftGroup
from mappings.timesheet import is_link_key
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.came_back import otherwise, told
from sync.plan.conflicts import Choice, Conflict, conflict
from sync.plan.gone import cancelled
from sync.plan.merge import Merged
from sync.plan.model import Change, FieldChange, Live, Write
from sync.plan.reasons import because

LIKEWISE = "{} {} at {} is live otherwise than it was sent, so nothing alike is made before that is decided"

_MEANT: Mapping[str, Mapping[str, tuple[Field, ...]]] = {
    "job_request": {
        "start_time": ("start", "end"),
        "duration": ("end",),
        "slots": ("headcount",),
        "address": ("place",),
    },
    "shift": {
        "start_time": ("start", "end"),
        "end_time": ("end",),
        "location_id": ("place",),
        "site_id": ("place",),
        "position_id": ("skill",),
        "instances": ("headcount",),
    },
}
"""The fields of a demand that a field of a record tells; one that tells none is compared as it stands."""

_CAUSE = "we wrote it, and it came back otherwise"

_CANCEL, _KEEP, _AGAIN = "cancel", "keep", "send-again"

_FOLLOW = "follow"

SETTLING = frozenset({_CANCEL, _KEEP, _FOLLOW})
"""The answers after which a record that is live otherwise keeps no other from being made."""

_RECORDS = {"job_request": "request", "shift": "shift", "time": "Time", "job": "Job"}


class Question(msgspec.Struct, frozen=True):
    """The question about a live record: the conflict, the fields of the demand, and those beside them."""

    conflict: Conflict
    sent: Change
    fields: tuple[Field, ...]
    beside: tuple[str, ...]

    def without(self, merged: Mapping[Field, Merged]) -> dict[Field, Merged]:
        """The merge in which each side keeps its own of these fields while nobody has answered."""
        held = {name: msgspec.structs.replace(merged[name], outcome="clash") for name in self.fields}
        return {**merged, **held}


def causes(sent: Change, wrong: Iterable[str]) -> tuple[str, ...]:
    """The causes that creations may share with a write that came back otherwise: its place, or its zone for a start."""
    if sent.kind not in _MEANT or sent.action not in ("create", "update"):
        return ()
    zone = (f"{sent.kind} in {sent.zone}",) if "start_time" in wrong and sent.kind == "job_request" else ()
    return (f"{sent.kind} at {sent.place}", *zone)


def shared(creation: Change) -> tuple[str, ...]:
    """The causes that a creation may share with such a write; other changes have none, as their record is there."""
    return causes(creation, creation.payload) if creation.action == "create" else ()


def likewise(sent: Change, record: str) -> str:
    """The reason why nothing alike is made."""
    return LIKEWISE.format(_RECORDS.get(sent.kind, sent.kind), record, sent.place)


def puts_right(written: Change, live: Live) -> bool:
    """Return True for a write that came back as it was sent and settles an earlier one that did not."""
    sent = live.change
    if written.kind != sent.kind or not set(live.wrong) & written.payload.keys():
        return False
    return written.link == sent.link or (written.action == "create" and written.place == sent.place)


def asked(
    link: LinkedDemand, posting: Posting, group: ShiftGroup, merged: Mapping[Field, Merged], this: About
) -> Question | None:
    """The question about the newest write of a demand that is live otherwise than it was sent, if there is one."""
    for live in reversed(this.snapshot.live):
        record = _record(link, live.change) if live.change.link == link.key else None
        question = _question(live, record, (posting, group), merged, this) if record else None
        if question:
            return question
    return None


def _record(link: LinkedDemand, sent: Change) -> Mapping[str, Any] | None:
    if sent.kind == "job_request":
        return link.job_request
    rows = [row for row in link.shifts if not sent.record or str(row["id"]) == sent.record]
    return rows[0] if rows and sent.kind == "shift" else None


def _question(
    live: Live,
    record: Mapping[str, Any],
    sides: tuple[Posting, ShiftGroup],
    merged: Mapping[Field, Merged],
    this: About,
) -> Question | None:
    (posting, group), sent = sides, live.change
    if this.minutes_to_start <= 0:
        return None
    # Only what came back otherwise then: the rest may have been changed since, by us or by others.
    wrong = tuple(name for name in otherwise(sent, sent.payload, record, this.rules) if name in live.wrong)
    meant = _MEANT.get(sent.kind, {})
    found = {field for name in wrong for field in meant.get(name, ()) if merged[field].outcome not in ("same", "clash")}
    fields = tuple(name for name in merged if name in found)
    beside = tuple(name for name in wrong if sent.kind == "job_request" and name not in meant and name in record)
    if not fields and not beside:
        return None
    words = told(sent, wrong, sent.payload, record)
    number = str(record["id"])
    reason = f"{_RECORDS[sent.kind]} {number} is live otherwise than it was sent: {words}"
    theirs: dict[str, Any] = {name: getattr(group.demand, name) for name in fields}
    there = msgspec.structs.replace(posting.demand, **theirs)
    edits = this.edits(posting.demand, there)
    edits += tuple(FieldChange(name, str(record[name]), str(sent.payload[name])) for name in beside)
    values = this.differences(posting.demand, there)
    values += tuple((name, str(record[name]), str(sent.payload[name])) for name in beside)
    why = because("live otherwise", reason, record=number, fields=wrong)
    row = remark(this.because(_CAUSE, "live otherwise"), "conflict", sent.kind, why, (edits, values), record=number)
    row = msgspec.structs.replace(row, seen="")
    return Question(conflict(row, _choices(sent, fields, sides, this)), sent, fields, beside)


def _choices(sent: Change, fields: tuple[Field, ...], sides: tuple[Posting, ShiftGroup], this: About) -> list[Choice]:
    """Take it back while nobody has accepted, let the other side follow, or send it again once the setting is right."""
    posting, group = sides
    system: System = "wonolo" if sent.system == "wonolo" else "wheniwork"
    other: System = "wheniwork" if system == "wonolo" else "wonolo"
    demands = {"wonolo": posting.demand, "wheniwork": group.demand}
    free = not posting.seats and this.stage(posting) in (Stage.OPEN, Stage.LOCKED)
    cancel = [Choice(_CANCEL, "cancel the request")] if system == "wonolo" and free else []
    names = " and ".join(wording.label(name) for name in fields)
    kept = f"take {NAMES[system]}'s {names} in {NAMES[other]} too" if fields else "keep it as it is"
    sent_again = f"send {NAMES[other]}'s {names} again" if fields else "send it again"
    keep = Choice(_FOLLOW if fields else _KEEP, kept, _of(fields, demands[system]))
    again = Choice(_AGAIN, sent_again, _of(fields, demands[other]))
    return [*cancel, keep, again]


def _of(fields: Iterable[Field], side: Demand) -> dict[Field, Any]:
    return {name: getattr(side, name) for name in fields}


def beside_merge(question: Question, choice: Choice, link: LinkedDemand, posting: Posting, this: About) -> list[Change]:
    """The changes of a choice that no merge of the demand makes; `this` names the decision."""
    row, sent = question.conflict.remark, question.sent
    if choice.code == _CANCEL:
        stays = tuple(int(shift["id"]) for shift in link.shifts)
        return [msgspec.structs.replace(cancelled(link.job_request, posting, this), sources=stays)]
    if choice.code == _KEEP:
        why = because("kept otherwise", f"kept as it is: {row.reason}", record=row.record)
        return [remark(this, "skip", row.kind, why, (row.fields, row.differences), record=row.record)]
    if not question.beside or choice.code != _AGAIN:
        return []
    payload = {name: sent.payload[name] for name in question.beside}
    write = Write(action="update", kind="job_request", record=row.record, payload=payload)
    seen = owned_digest("job_request", link.job_request or {})
    return [change(this, write, shown=(row.fields, row.differences), precondition=seen)]


def is_cancelled(choice: Choice) -> bool:
    """Return True for the choice that takes the record back, after which nothing else is done about its demand."""
    return choice.code == _CANCEL


def held(changes: Iterable[Change], found: Iterable[Live], rules: Rules) -> list[Change]:
    """The changes, of which those wait for a yes that would send once more, or make, what came back otherwise."""
    live = [row for row in found if _still_configured(row, rules)]
    return [_held(row, live) if row.writes and not row.decided else row for row in changes]


def _held(row: Change, live: Iterable[Live]) -> Change:
    for one in live:
        sent = one.change
        again = (
            is_link_key(row.link)
            and (row.link, row.kind) == (sent.link, sent.kind)
            and bool(set(one.wrong) & row.payload.keys())
        )
        own = (row.action, row.link, row.kind) == ("create", sent.link, sent.kind)
        # Once it is settled only what was taken back itself is not made again by the next run.
        alike = bool(set(causes(sent, one.wrong)) & set(shared(row))) and (own or not one.settled)
        if again or alike:
            reason = (
                f"{_RECORDS.get(sent.kind, sent.kind)} {one.record} is live otherwise than it was sent: {one.words}"
            )
            return msgspec.structs.replace(row, verdict="hold", reason=reason)
    return row


def _still_configured(live: Live, rules: Rules) -> bool:
    """Return True while the settings that may be wrong are as they were; with others the next is worth a try."""
    sent = live.change
    if sent.kind != "job_request":
        return True
    return not any(name in live.wrong and differs(sent, rules) for name, differs in _RECONFIGURED.items())


def _zone_differs(sent: Change, rules: Rules) -> bool:
    iso = "T" in str(sent.payload.get("start_time"))
    return rules.zone(sent.place) != sent.zone or iso != (rules.start_time_format == "iso")


def _address_differs(sent: Change, rules: Rules) -> bool:
    known = next((row for row in rules.places if row.key == sent.place), None)
    return known is None or not (places.job_request_fields(known).items() <= sent.payload.items())


def _wage_differs(sent: Change, rules: Rules) -> bool:
    """Return True if a creation would be paid otherwise by now; of an update the hours are not known."""
    if sent.action != "create":
        return False
    try:
        skill = skills.of_job_request(sent.payload, rules)
    except Unmapped:
        return True
    paid = sent.risk.paid_minutes // max(1, sent.payload["slots"])
    return not (skills.pay_fields(skill, paid).items() <= sent.payload.items())


_RECONFIGURED: Mapping[str, Callable[[Change, Rules], bool]] = {
    "start_time": _zone_differs,
    "address": _address_differs,
    "wage": _wage_differs,
}
"""By field, whether the settings that decide it are others than a request was sent with."""
