"""Finding what a typed answer is about, and saying what is wrong with one that fits nothing."""

import getpass
from collections.abc import Iterable, Mapping

import typer

from mappings.convert import decimal
from mappings.decision import NO, YES
from sync.plan import Change


def me() -> str:
    """The name of this machine's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise typer.BadParameter("say who decides: --who NAME (this machine does not tell)") from None


def answers(changes: Iterable[Change], wanted: Mapping[str, str]) -> list[tuple[Change, str]]:
    """The change each key means, with the answer spelled as it is kept; raises BadParameter naming every mistake."""
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
    fitting = [change for change in changes if change.key.startswith(key) and (change.verdict != "skip")]
    if len(fitting) == 1 and key:
        return fitting[0]
    if not fitting or not key:
        raise ValueError(f"nothing has the key {key!r} now: `conflicts` shows what waits, `diff` looks anew")
    raise ValueError(f"several changes begin with {key!r}: {', '.join(change.key for change in fitting)}")


def _choice(change: Change, wanted: str) -> str:
    if wanted in (YES, NO):
        _may_be_answered(change)
        return wanted
    numbered = dict(enumerate(change.choices, 1))
    if (number := decimal(wanted)) in numbered:
        return numbered[number]
    if wanted in change.choices:
        return wanted
    if not numbered:
        raise ValueError(f"{change.key[:6]} has no choices: approve or refuse it")
    listed = "; ".join(f"{number} {words}" for number, words in numbered.items())
    raise ValueError(f"{wanted!r} is no choice of {change.key[:6]}: {listed}")


def _may_be_answered(change: Change) -> None:
    if change.verdict == "conflict":
        raise ValueError(f"{change.key[:6]} is a conflict: resolve it with one of its choices")
    if change.verdict == "blocked":
        raise ValueError(f"{change.key[:6]} is blocked, and a yes or no changes nothing: {change.reason}")
