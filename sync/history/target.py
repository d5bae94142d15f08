"""Reading what a history is asked for, spelled as people spell it."""

import re

import msgspec

from mappings.digest import RecordKind
from sync.mirror.records import KINDS

SPELLINGS = "write it like shift 10000, request 12, job 5, user 33, worker 7, link KEY, the key of a change, or a name"

_KINDS = {
    "request": "job_request",
    "jobrequest": "job_request",
    "seat": "job",
    "wonolo": "worker",
    "person": "user",
    "employee": "user",
    "place": "location",
    "skill": "position",
}
_RECORD = re.compile(r"^([a-z_]+)[\s:/#-]*(\d{1,18})$")
_KEY = re.compile(r"^[0-9a-f]{12}$")


class Target(msgspec.Struct, frozen=True):
    """A record of a kind; else one of `link`, `key` (of a change), `number` (of any kind) or `name`, with its text."""

    kind: RecordKind | None
    sort: str
    text: str


def read_target(text: str) -> Target:
    """Read `shift 10000`, `shift:10000`, `link KEY`, a change's key, a number or a name; raises ValueError."""
    wanted = " ".join(text.split())
    first, _, rest = wanted.partition(" ")
    if first.casefold() == "link" and rest:
        return Target(None, "link", rest)
    plain = re.sub(r"^job request", "job_request", wanted.casefold())
    found = _RECORD.match(plain)
    kind = _kind(found.group(1)) if found else None
    if found and kind:
        return Target(kind, "record", found.group(2))
    if plain.isdecimal() and len(plain) < 19:
        return Target(None, "number", plain)
    if _KEY.match(plain):
        return Target(None, "key", plain)
    if ":" in wanted:
        return Target(None, "link", wanted)
    if re.search(r"\d", wanted) or not re.search(r"\w", wanted):
        raise ValueError(f"{text!r} names no record: {SPELLINGS}")
    return Target(None, "name", wanted)


def _kind(word: str) -> RecordKind | None:
    for name in (word, word.removesuffix("s")):
        kind = _KINDS.get(name, name)
        if kind in KINDS:
            return kind
    return None
