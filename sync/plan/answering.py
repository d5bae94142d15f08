"""The possible answers: the one list that reports print commands from, and that typed answers are read by. Pure."""

from typing import Literal

import msgspec

from mappings.decision import NO, YES
from sync.plan.model import Change

Verb = Literal["approve", "refuse", "resolve", "undo", "match"]


class Answer(msgspec.Struct, frozen=True):
    """One answer that may be given to a change: the arguments of its command, the code that is kept, what it means."""

    verb: Verb
    arguments: tuple[str, ...]
    code: str
    means: str = ""


def answers(change: Change) -> tuple[Answer, ...]:
    """Return every answer that a person may give to a change, in the order in which they are printed."""
    if change.undoes:
        return _of_undo(change)
    if change.verdict == "conflict":
        return tuple(_choices(change))
    if change.verdict == "blocked":
        return _match(change) or _refuse(change)
    if change.action == "none":
        return ()
    return (_approve(change), *_refuse(change))


def asked(change: Change) -> tuple[Answer, ...]:
    """Return the answers that a change waits for; none where it does not wait for one."""
    if change.verdict in ("hold", "conflict") or change.doubt:
        return answers(change)
    return answers(change)[:1] if change.verdict == "skip" else ()  # refused by somebody, who may say yes after all


def short(key: str) -> str:
    """Return as much of a key as a person needs to type."""
    return key[:6]


def _of_undo(change: Change) -> tuple[Answer, ...]:
    arguments = (str(change.undoes), "--yes", "--approve", short(change.key))
    return (
        (Answer("undo", arguments, YES, change.costs[0] if change.costs else ""),) if change.verdict == "hold" else ()
    )


def _choices(change: Change) -> list[Answer]:
    costs = change.costs or ("",) * len(change.options)
    rows = zip(change.options, change.choices, costs, strict=True)
    return [
        Answer("resolve", (short(change.key), str(number)), code, f"{words}: {cost}" if cost else words)
        for number, (code, words, cost) in enumerate(rows, 1)
    ]


def _match(change: Change) -> tuple[Answer, ...]:
    return (Answer("match", (), "", "say whether they are the same"),) if change.doubt else ()


def _approve(change: Change) -> Answer:
    return Answer("approve", (short(change.key),), YES, change.costs[0] if change.costs else "")


def _refuse(change: Change) -> tuple[Answer, ...]:
    no = change.costs[1] if len(change.costs) > 1 else ""
    return (Answer("refuse", (short(change.key),), NO, no),) if change.action != "none" else ()
