"""Finding what a typed answer is about, and saying what is wrong with one that fits nothing."""

import getpass
from collections.abc import Iterable, Mapping

import typer

from mappings.convert import decimal
from mappings.decision import NO, YES
from sync.plan import Change
from sync.plan.answering import answers as may_be
from sync.plan.answering import short


def me() -> str:
    """The name of this machine's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise typer.BadParameter("say who decides: --who NAME (this machine does not tell)") from None


def answers(changes: Iterable[Change], wanted: Mapping[str, str]) -> list[tuple[Change, str]]:
    """The change each key means, with the answer as its code; raises BadParameter naming every mistake."""
    rows, wrong = [], []
    known = list(changes)
    for key, choice in wanted.items():
        try:
            change = _found(key, known)
            rows.append((change, _choice(change, choice)))
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise typer.BadParameter("; ".join(wrong))
    return rows


def _found(key: str, changes: list[Change]) -> Change:
    fitting = [change for change in changes if key and change.key.startswith(key)]
    fitting = [change for change in fitting if may_be(change) or change.verdict != "skip"]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise ValueError(f"nothing has the key {key!r} now: `conflicts` shows what waits, `diff` looks anew")
    raise ValueError(f"several changes begin with {key!r}: {', '.join(change.key for change in fitting)}")


def _choice(change: Change, wanted: str) -> str:
    offered = [row for row in may_be(change) if row.verb != "match"]
    codes = [row.code for row in offered]
    if wanted in codes:
        return wanted
    if wanted in (YES, NO):
        raise ValueError(_needs_no_yes(change))
    numbered = dict(enumerate(change.options, 1))
    if (number := decimal(wanted)) in numbered:
        return numbered[number]
    spelled = dict(zip(change.choices, change.options, strict=True))
    if wanted in spelled:
        return spelled[wanted]
    if not spelled:
        raise ValueError(f"{short(change.key)} has no choices: approve or refuse it")
    listed = "; ".join(f"{number} {words}" for number, words in enumerate(change.choices, 1))
    raise ValueError(f"{wanted!r} is no choice of {short(change.key)}: {listed}")


def _needs_no_yes(change: Change) -> str:
    if change.verdict == "conflict":
        return f"{short(change.key)} is a conflict: resolve it with one of its choices"
    return f"{short(change.key)} is {change.verdict}, and a yes or no changes nothing: {change.reason}"
