"""The file of doubtful matches: written for a spreadsheet, read back with every mistake named by its line."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer

from mappings.matching import DIFFERENT, SAME
from sync.plan.model import Doubt

COLUMNS = ("key", "wonolo", "wheniwork", "score", "evidence", "decision", "facts")
"""The columns of the file; a person fills in `decision` and leaves `key` and `facts` as they are."""

_WORDS = {SAME: SAME, "yes": SAME, "y": SAME, DIFFERENT: DIFFERENT, "no": DIFFERENT, "n": DIFFERENT}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Answers = list[tuple[Doubt, str]]
"""Matches with SAME or DIFFERENT."""


def still_open(doubts: Iterable[Doubt], decided: Mapping[str, str]) -> list[Doubt]:
    """The matches that nobody decided, neither themselves nor by saying that one of the two is another record."""
    taken = {record for key, choice in decided.items() if choice == SAME for record in _records(key)}
    return [doubt for doubt in doubts if doubt.key not in decided and taken.isdisjoint(_records(doubt.key))]


def _records(key: str) -> list[str]:
    """The two records of a match, as in `worker:wonolo:12=user:345`."""
    return key.partition(":")[2].split("=")


def write(path: Path, doubts: Iterable[Doubt], decided: Mapping[str, str]) -> None:
    """Write matches to a file, with what is `decided` by their keys; raises BadParameter when it cannot be written."""
    try:
        # With the mark that tells spreadsheets of UTF-8.
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for doubt in doubts:
                told = (doubt.wonolo, doubt.wheniwork, doubt.score, doubt.evidence)
                rows.writerow([doubt.key, *map(_plain, told), decided.get(doubt.key, ""), doubt.facts])
    except FileExistsError:
        raise typer.BadParameter(f"{path} is there already, perhaps with decisions in it: name another file") from None
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None


def _plain(value: object) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if str(value).startswith(_FORMULA) else str(value)


def read(path: Path, doubts: Sequence[Doubt], decided: Mapping[str, str]) -> Answers:
    """Read what a person filled in; raises BadParameter that names every wrong line, and then nothing counts.

    Rows without a decision, and those that say what is `decided` already, are left out.
    """
    known = {doubt.key: doubt for doubt in doubts}
    answers: dict[str, str] = {}
    lines: dict[str, int] = {}
    wrong = []
    for line, row in _rows(path):
        try:
            key, choice = _answer(row, known, answers)
        except ValueError as error:
            wrong.append((line, str(error)))
            continue
        if choice:
            answers[key], lines[key] = choice, line
    wrong += _claimed_twice({**decided, **answers}, lines)
    if wrong:
        told = "".join(f"\n  - line {line}: {problem}" for line, problem in sorted(wrong))
        raise typer.BadParameter(f"nothing was kept, as {len(wrong)} of the rows of {path} are wrong:{told}")
    return [(known[key], choice) for key, choice in answers.items() if decided.get(key) != choice]


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their lines; spreadsheets of some languages part cells by semicolons."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = {"key", "decision", "facts"} - set(reader.fieldnames or ())
    if missing:
        raise typer.BadParameter(f"{path} lacks the column {', '.join(sorted(missing))}: write it anew with --out")
    return [(reader.line_num, {name: str(value or "").strip() for name, value in row.items()}) for row in reader]


def _answer(row: Mapping[str, str], known: Mapping[str, Doubt], earlier: Mapping[str, str]) -> tuple[str, str]:
    """The key and the decision of a row, empty when there is none; raises ValueError."""
    word = row["decision"].casefold()
    if not word:
        return row["key"], ""
    if word not in _WORDS:
        raise ValueError(f"{row['decision']!r} is no decision: write {SAME} or {DIFFERENT}, or leave it empty")
    doubt = known.get(row["key"])
    if doubt is None:
        raise ValueError(f"no match in doubt has the key {row['key']!r} now: write the file anew with --out")
    if doubt.facts != row["facts"]:
        raise ValueError("the records changed since the file was written: write it anew with --out")
    if earlier.get(doubt.key, _WORDS[word]) != _WORDS[word]:
        raise ValueError("an earlier row decides the same match otherwise")
    return doubt.key, _WORDS[word]


def _claimed_twice(choices: Mapping[str, str], lines: Mapping[str, int]) -> list[tuple[int, str]]:
    """What is wrong where one record is decided to be the same as two others."""
    claims: dict[str, list[str]] = defaultdict(list)
    for key, choice in choices.items():
        for record in _records(key) if choice == SAME else ():
            claims[record].append(key)
    wrong = []
    for record, keys in claims.items():
        for key in keys if len(keys) > 1 else ():
            others = ", ".join(_where(other, lines) for other in keys if other != key)
            if key in lines:
                wrong.append((lines[key], f"{record} is decided to be somebody else already ({others})"))
    return wrong


def _where(key: str, lines: Mapping[str, int]) -> str:
    return f"line {lines[key]}" if key in lines else key


def side_by_side(doubt: Doubt) -> str:
    """One match as a person compares it."""
    rows = (("Wonolo", doubt.wonolo), ("When I Work", doubt.wheniwork), (f"{doubt.score} %", doubt.evidence))
    return "\n".join(f"  {name:<13}{text}" for name, text in rows)


def asked() -> str | None:
    """What a person at the terminal decides: SAME, DIFFERENT, empty to skip it, None to stop."""
    while True:
        word = str(typer.prompt("The same? y = same, n = different, s = skip, q = stop", err=True)).strip().casefold()
        if word in ("q", "quit"):
            return None
        if word in ("s", "skip"):
            return ""
        if word in _WORDS:
            return _WORDS[word]
