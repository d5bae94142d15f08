"""One entry in a manager's words: what is done to which record, and why."""

import re

from mappings.model import NAMES
from sync.plan import Change, FieldChange
from sync.plan.answering import Answer, asked, short
from sync.plan.wording import wall
from sync.report.model import Entry, Report, Status
from sync.report.price import total

ARROW = " \N{RIGHTWARDS ARROW} "

REFUSED = "Guards would refuse all this"
"""What stands above the reasons of guards."""

STALE = "Approved, but not done"
"""What stands above the changes of a saved plan that do not hold any more."""

UNMAPPED = "In use, but not in the configuration"
"""The heading above the addresses, categories, locations and positions that are not mapped."""

_RECORDS = {"job_request": "request", "job": "seat", "shift": "shift", "user": "user", "time": "time"}
_VERBS = {
    ("create", "job_request"): "post a request",
    ("update", "job_request"): "change request",
    ("delete", "job_request"): "cancel request",
    ("assign", "job"): "give a seat",
    ("release", "job"): "take back seat",
    ("create", "shift"): "add a shift",
    ("update", "shift"): "change shift",
    ("delete", "shift"): "delete shift",
    ("assign", "shift"): "fill shift",
    ("release", "shift"): "reopen shift",
    ("create", "user"): "add a user",
    ("update", "user"): "change user",
    ("update", "job"): "change hours",
    ("create", "time"): "enter hours",
    ("update", "time"): "change time",
    ("link", "time"): "recognise time",
    ("unlink", "time"): "leave out hours",
    ("link", "user"): "recognise user",
    ("link", "job_request"): "link request",
    ("unlink", "job_request"): "forget request",
}
TIES = frozenset({"link", "unlink", "none"})
"""Actions that are written to neither system."""

_SIGNS = {"create": "+", "update": "~", "delete": "-", "assign": ">", "release": "<", "link": "=", "unlink": "="}
_STATUS: dict[Status, tuple[str, str]] = {
    "to_do": ("", "to do"),
    "done": ("", "done"),
    "differs": ("x", "differs from what was sent"),
    "failed": ("x", "failed"),
    "unknown": ("x", "outcome unknown"),
    "not_tried": ("x", "not tried"),
    "hold": ("?", "waits for a yes"),
    "conflict": ("!", "conflict"),
    "blocked": ("#", "blocked"),
    "skip": (".", "left out"),
}

_WRITTEN: tuple[Status, ...] = ("to_do", "done", "differs")
"""The statuses of changes that are written, or are to be."""

_PLURAL: dict[Status, str] = {
    "differs": "differ from what was sent",
    "unknown": "outcomes unknown",
    "hold": "wait for a yes",
    "conflict": "conflicts",
}


def sign(entry: Entry) -> str:
    """One character: what is done, or why it is not."""
    return _STATUS[entry.status][0] or _SIGNS.get(entry.change.action, "=")


def status(value: Status) -> str:
    """A status in words."""
    return _STATUS[value][1]


def system(change: Change) -> str:
    """The proper name of the system that is written to; empty when nothing is."""
    return NAMES[change.system] if change.system and change.action not in TIES else ""


def subject(change: Change) -> str:
    """What the change is about, without the place and day that stand above it."""
    text = change.subject.replace(f" at {change.place}", "", 1) if change.place else change.subject
    return _without_day(text, change)


def _without_day(text: str, change: Change) -> str:
    """A text without the day of the work, which stands above it; a day on which somebody decided stays."""
    if not change.start:
        return text
    day = re.escape(wall(change.start, change.zone, "%a %d %b"))
    return re.sub(rf"(?<! on) {day} ", " ", text)


def deed(change: Change) -> str:
    """What is done to which record, as `change request 12` or `add a shift`."""
    verb = _VERBS.get((change.action, change.kind))
    if verb is None:
        return f"{_RECORDS[change.kind]} {change.record}" if change.record else _of_no_record(change)
    return f"{verb} {change.record}".strip()


def _of_no_record(change: Change) -> str:
    """What something is about that no single record stands for."""
    if change.worker or change.kind == "job":
        return "a seat"
    return "all its shifts" if change.kind == "shift" else f"the {_RECORDS[change.kind]}"


def line(one: Change) -> str:
    """A change in one line that needs nothing above it: `change request 12 (Picker at Harbor ...), end: 14 -> 15`."""
    told = ", ".join(field(row) for row in one.fields)
    return f"{deed(one)} ({one.subject})" + (f", {told}" if told else "")


def field(change: FieldChange) -> str:
    """One field as `end: 14:30 -> 15:30`, with an arrow; one-sided where it only appears or goes."""
    if change.before and change.after:
        return f"{change.name}: {change.before}{ARROW}{change.after}"
    return f"{change.name}: {change.after}" if change.after else f"{change.name}: {change.before} leaves"


def fields(change: Change) -> str:
    """All fields of a change on one line."""
    return _without_day(", ".join(field(one) for one in change.fields), change)


def why(entry: Entry) -> str:
    """Why it is done; or why it is not, and what a person can do."""
    change = entry.change
    seen = f"; last changed: {change.seen}" if change.seen else ""
    told = _without_day(f"{change.cause}{seen}", change).replace(" -> ", ARROW)
    if entry.status in ("to_do", "done"):
        return told
    cause = f" ({told})" if told else ""
    live = "it is live, but " if entry.status == "differs" else ""
    text = f"{status(entry.status)}: {live}{entry.reason.replace(' -> ', ARROW)}{cause}."
    return text + (" The next run looks again before anything is sent twice." if entry.status == "unknown" else "")


def to_decide(entry: Entry, given: str = "") -> list[str]:
    """The whole command of each answer that it waits for, with what the answer means; `given` are its options."""
    waits = asked(entry.change) if entry.status in ("hold", "conflict", "blocked") else ()
    return [_told(command(row, given), row.means) for row in waits]


def command(answer: Answer, given: str = "") -> str:
    """Return the command that gives an answer."""
    return " ".join(("shiftbridge", answer.verb, *answer.arguments)) + given


def _told(typed: str, means: str) -> str:
    return f"To decide: `{typed}`" + (f" ({means})" if means else "")


def key(entry: Entry) -> str:
    """The short key by which a person names the row; empty for one that there is nothing to say about."""
    return "" if entry.status in ("done", "skip") else short_key(entry.change)


def short_key(change: Change) -> str:
    """As much of a change's key as a person needs to type."""
    return short(change.key)


def checksum(report: Report) -> str:
    """What the checksum of a plan and the keys of its rows are good for; empty where nothing is to be done."""
    if not report.checksum or not report.counts["to_do"] or any(row.change.undoes for row in report.entries):
        return ""
    return (
        f"Checksum {report.checksum}: `shiftbridge reconcile --approve {report.checksum}{report.given}` carries out "
        f"this and nothing else; `shiftbridge refuse KEY{report.given}` leaves out the row with that key."
    )


def left_out(report: Report) -> list[str]:
    """The records that were left out: how many of them for which reason, and some of them by name."""
    return [_left_out(reason, changes) for reason, changes in report.left_out().items()]


def after_all(report: Report) -> list[str]:
    """The whole command by which each change that somebody refused is done after all."""
    refused = [row.change for row in report.entries if row.status == "skip"]
    return [
        _told(command(answer, report.given), f"have it done after all: {_named(change)}")
        for change in refused
        for answer in asked(change)
    ]


def _left_out(reason: str, changes: list[Change]) -> str:
    if not changes[0].link:  # many records, told as a number
        return f"{changes[0].subject}: {reason}"
    return f"{_counted(len(changes), 'record')}: {reason}: {records(changes)}"


def unmapped(report: Report) -> list[str]:
    """Return a line for each value that is not mapped, with what to write where."""
    return [f"{row.text}: {row.todo}" for row in report.unmapped]


def refused(report: Report) -> list[str]:
    """Why guards would refuse it, and how it is allowed once; empty when they would not."""
    if not report.refusals:
        return []
    allow = " ".join(row.override for row in report.refusals)
    return [*(full(row.why) for row in report.refusals), f"If this is meant, carry it out with {allow}"]


def headline(report: Report) -> str:
    """The whole report in one sentence."""
    written = [row.change for row in report.entries if row.status in _WRITTEN and row.change.writes]
    if report.command == "conflicts":
        return _waiting(report)
    verb = "to write" if report.command == "diff" else "written"
    per_system = [f"{count} in {name}" for name in NAMES.values() if (count := _in_system(written, name))]
    what = f"{_counted(len(written), 'change')} {verb}" + (f" ({', '.join(per_system)})" if per_system else "")
    parts = [what if written else f"nothing {verb}", total(written), _linked(report)]
    parts += _so_many(report, "differs", "failed", "unknown", "not_tried", "hold", "conflict", "blocked")
    parts += [f"{len(report.stale)} approved but not done"] if report.stale else []
    return _sentence(parts)


def full(sentence: str) -> str:
    """A sentence with its end; one that asks has it already."""
    return sentence if sentence.endswith("?") else f"{sentence}."


def _linked(report: Report) -> str:
    """How many records both sides hold already are tied together; empty when none are."""
    wanted, verb = ("to_do", "to link") if report.command == "diff" else ("done", "linked")
    count = sum(1 for row in report.entries if row.status == wanted and row.change.action == "link")
    return f"{count} {verb}" if count else ""


def _waiting(report: Report) -> str:
    return _sentence(_so_many(report, "hold", "conflict", "blocked") or ["nothing waits for a person"])


def _so_many(report: Report, *wanted: Status) -> list[str]:
    """How many entries there are of each of these, as `2 conflicts` or `5 wait for a yes`."""
    counts = report.counts
    return [
        f"{counts[one]} {_PLURAL.get(one, status(one)) if counts[one] > 1 else status(one)}"
        for one in wanted
        if counts[one]
    ]


def _sentence(parts: list[str]) -> str:
    text = ", ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."


def records(changes: list[Change], most: int = 6) -> str:
    """The subjects of changes, some of them by name."""
    named = ", ".join(_named(change) for change in changes[:most])
    return named + (f" and {len(changes) - most} more" if len(changes) > most else "")


def _named(change: Change) -> str:
    return change.subject if change.action == "none" else f"{deed(change)} ({change.subject})"


def _in_system(changes: list[Change], name: str) -> int:
    return sum(1 for change in changes if system(change) == name)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
