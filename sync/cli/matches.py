"""The file of doubtful matches: written for a spreadsheet, read back with every mistake named by its line."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer

from mappings.address import plain
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


def many(count: int) -> str:
    """`1 match`, `40 matches`."""
    return "1 match" if count == 1 else f"{count} matches"


def read(path: Path, doubts: Sequence[Doubt], decided: Mapping[str, str]) -> tuple[Answers, list[str]]:
    """Read what a person filled in, and the matches whose cell is empty although they are decided.

    Raises BadParameter that names every wrong line, and then nothing counts. Rows that say what is `decided`
    already are left out.
    """
    known = {doubt.key: doubt for doubt in doubts}
    emptied: list[str] = []
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
        elif key in decided and key in known:
            emptied.append(f"{known[key].wonolo} and {known[key].wheniwork} ({decided[key]})")
    wrong += _claimed_twice({**decided, **answers}, lines, known)
    if wrong:
        told = "".join(f"\n  - line {line}: {problem}" for line, problem in sorted(wrong))
        rows = "1 row" if len(wrong) == 1 else f"{len(wrong)} rows"
        verb = "is" if len(wrong) == 1 else "are"
        raise typer.BadParameter(f"nothing was kept, as {rows} of {path} {verb} wrong:{told}")
    return [(known[key], choice) for key, choice in answers.items() if decided.get(key) != choice], emptied


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their lines; spreadsheets of some languages part cells by semicolons."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path} cannot be read: it is no text in UTF-8; save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = {"key", "decision", "facts"} - set(reader.fieldnames or ())
    if missing:
        *first, last = sorted(missing)
        names = f"{', '.join(first)} and {last}" if first else last
        raise typer.BadParameter(f"{path} lacks the column{'s' * (len(missing) > 1)} {names}: write it anew with --out")
    return [(reader.line_num, {name: str(value or "").strip() for name, value in row.items()}) for row in reader]


def _answer(row: Mapping[str, str], known: Mapping[str, Doubt], earlier: Mapping[str, str]) -> tuple[str, str]:
    """The key and the decision of a row, empty when there is none; raises ValueError."""
    word = plain(row["decision"])
    if not word:
        return row["key"], ""
    if word not in _WORDS:
        raise ValueError(f"{row['decision']!r} is no decision: write {SAME} or {DIFFERENT}, or leave it empty")
    doubt = known.get(plain(row["key"]).replace(" ", ""))
    if doubt is None:
        raise ValueError(f"no match in doubt has the key {row['key']!r} now: write the file anew with --out")
    if doubt.facts != row["facts"]:
        raise ValueError("the records changed since the file was written: write it anew with --out")
    if earlier.get(doubt.key, _WORDS[word]) != _WORDS[word]:
        raise ValueError("an earlier row decides the same match otherwise")
    return doubt.key, _WORDS[word]


def _claimed_twice(
    choices: Mapping[str, str], lines: Mapping[str, int], known: Mapping[str, Doubt]
) -> list[tuple[int, str]]:
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
                name = _named(record, known[key])
                wrong.append((lines[key], f"{name} is decided to be the same as another already ({others})"))
    return wrong


def _named(record: str, doubt: Doubt) -> str:
    """One of the two records of a match, in words."""
    return doubt.wonolo if record == _records(doubt.key)[0] else doubt.wheniwork


def _where(key: str, lines: Mapping[str, int]) -> str:
    return f"line {lines[key]}" if key in lines else "decided before"


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
        typer.echo(f"{word!r} is no answer: write y, n, s or q.", err=True)
