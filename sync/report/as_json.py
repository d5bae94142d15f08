"""A report for programs; the format is documented in docs/report.md and only ever grows."""

from typing import Any

import msgspec

from mappings.decision import KEYS
from sync.plan.model import digest
from sync.report.model import Entry, Report
from sync.report.words import TIES

VERSION = 1
"""Raised when a program that reads reports would have to change."""

_PERSONAL = frozenset({"last_name", "email", "phone_number"})


def as_json(report: Report) -> str:
    """The report as one JSON object, indented, ending in a line break."""
    document = {
        "version": VERSION,
        "keys": KEYS,
        "command": report.command,
        "pair": report.pair,
        "checksum": report.checksum,
        "counts": report.counts,
        "stale": report.stale,
        "refusals": report.refusals,
        "unmapped": [{**msgspec.to_builtins(row), "text": row.text, "todo": row.todo} for row in report.unmapped],
        "changes": [_row(entry) for entry in report.entries],
    }
    written = msgspec.json.encode({**document, "digest": digest_of(msgspec.json.encode(document))})
    return msgspec.json.format(written, indent=2).decode() + "\n"


def digest_of(text: bytes) -> str:
    """A digest of all that a report as JSON says, but for the digest it holds; raises DecodeError."""
    said = msgspec.json.decode(text)
    return digest({name: value for name, value in said.items() if name != "digest"})


def _row(entry: Entry) -> dict[str, Any]:
    change = entry.change
    return {
        "key": change.key,
        "status": entry.status,
        "action": change.action,
        "system": None if change.action in TIES else change.system,
        "kind": change.kind,
        "record": change.record,
        "link": change.link,
        "subject": change.subject,
        "place": change.place,
        "start": change.start,
        "zone": change.zone,
        "fields": change.fields,
        "cause": change.cause,
        "seen": change.seen,
        "reason": entry.reason,
        "code": change.code,
        "choices": change.choices,
        "options": change.options,
        "costs": change.costs,
        "whom": change.whom,
        "worker": change.worker,
        "payload": {name: "[hidden]" if name in _PERSONAL else value for name, value in change.payload.items()},
        "precondition": change.precondition,
        "risk": change.risk,
        "doubt": change.doubt,
        "facts": change.facts,
        "decided": change.decided,
    }
