"""Reading a saved diff as the approval it is meant to be: its keys and facts say what may be done, and on what."""

import msgspec

from mappings.decision import KEYS
from sync.plan import Change, FieldChange
from sync.plan.approval import Approval
from sync.plan.model import Action, Kind
from sync.report import words
from sync.report.as_json import VERSION, digest_of
from sync.report.model import Status


class _Saved(msgspec.Struct, frozen=True):
    key: str
    status: Status
    facts: str
    link: str
    subject: str
    action: Action
    kind: Kind
    record: str
    fields: tuple[FieldChange, ...]

    @property
    def words(self) -> str:
        """What was approved, as the diff said it."""
        shown = Change(
            action=self.action,
            kind=self.kind,
            record=self.record,
            link=self.link,
            subject=self.subject,
            fields=self.fields,
        )
        return words.line(shown)


class _Diff(msgspec.Struct, frozen=True):
    version: int
    command: str
    pair: str
    digest: str
    changes: tuple[_Saved, ...]
    keys: int = 1


def approval_of(text: bytes, pair: str) -> Approval:
    """The approval of all that a saved diff of this pair would do.

    Raises ValueError with what is wrong: no saved diff, another pair's, of another version, or edited since.
    """
    try:
        diff = msgspec.json.decode(text, type=_Diff)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"is no plan that `diff --out` saved: {error}") from None
    if diff.command != "diff" or diff.version != VERSION:
        raise ValueError(f"holds a {diff.command} of version {diff.version}, not a diff of version {VERSION}")
    if diff.keys != KEYS:
        version = f"keys of version {diff.keys}, and this one has version {KEYS}"
        raise ValueError(f"was saved by another version of shiftbridge ({version}); run diff --out again")
    if diff.pair != pair:
        raise ValueError(f"is a plan for the pair {diff.pair!r}, not for {pair!r}")
    if digest_of(text) != diff.digest:
        raise ValueError("was edited after it was saved; run diff --out again, and `refuse` what is not to be done")
    wanted = [row for row in diff.changes if row.status == "to_do"]
    return Approval(
        {row.key: row.facts for row in wanted},
        {row.key: row.words for row in wanted},
        {row.key: row.link for row in wanted},
    )
