"""The file of doubtful matches: what is written, what is read back, and what is said of every wrong row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import typer

from mappings.matching import DIFFERENT, SAME
from sync.cli.matches import COLUMNS, read, still_open, write
from sync.plan.model import Doubt


def doubt(worker: int = 12, user: int = 345, **changes: Any) -> Doubt:
    """A worker and a user who may be the same."""
    values: dict[str, Any] = {
        "key": f"worker:wonolo:{worker}=user:{user}",
        "facts": "ab12",
        "wonolo": f"Ana Ruiz (worker {worker})",
        "wheniwork": f"Anna Ruiz (user {user})",
        "score": 87,
        "evidence": "same phone number",
    }
    return Doubt(**values | changes)


ONE, TWO, OTHER = doubt(), doubt(user=346), doubt(13, 347)
DOUBTS = (ONE, TWO, OTHER)


def filled(path: Path, *decisions: str, **cells: str) -> Path:
    """The file with these decisions filled in, and other cells of the first row changed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, decision in zip(rows, decisions, strict=False):
        row["decision"] = decision
    rows[0] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with three matches in doubt."""
    write(tmp_path / "matches.csv", DOUBTS, {})
    return tmp_path / "matches.csv"


def test_a_file_for_a_spreadsheet(tmp_path: Path) -> None:
    """With what was decided already, and nothing in it that would be taken for a formula."""
    path = tmp_path / "matches.csv"
    write(path, [ONE, doubt(14, 348, wonolo="=cmd()")], {ONE.key: SAME})
    assert path.read_bytes().decode("utf-8-sig").splitlines() == [
        "key,wonolo,wheniwork,score,evidence,decision,facts",
        "worker:wonolo:12=user:345,Ana Ruiz (worker 12),Anna Ruiz (user 345),87,same phone number,same,ab12",
        "worker:wonolo:14=user:348,'=cmd(),Anna Ruiz (user 348),87,same phone number,,ab12",
    ]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (("same", "", "different"), [(ONE, SAME), (OTHER, DIFFERENT)]),
        (("SAME ", "No", "y"), [(ONE, SAME), (TWO, DIFFERENT), (OTHER, SAME)]),
        (("", "", ""), []),
    ],
)
def test_decisions_are_read_back(path: Path, decisions: tuple[str, ...], expected: list[tuple[Doubt, str]]) -> None:
    """Also as a spreadsheet of another language saves it; an empty cell is no decision."""
    assert read(filled(path, *decisions), DOUBTS, {}) == (expected, [])


def test_what_is_decided_already_is_not_decided_again(path: Path) -> None:
    """But may be changed."""
    filled(path, "same", "", "same")
    assert read(path, DOUBTS, {ONE.key: SAME, OTHER.key: DIFFERENT}) == ([(OTHER, SAME)], [])


def test_an_emptied_cell_takes_nothing_back_and_is_named(path: Path) -> None:
    """The file may be older than the decision, so that an empty cell is no answer."""
    filled(path, "", "", "same")
    assert read(path, DOUBTS, {ONE.key: SAME, TWO.key: DIFFERENT}) == (
        [(OTHER, SAME)],
        [
            "Ana Ruiz (worker 12) and Anna Ruiz (user 345) (same)",
            "Ana Ruiz (worker 12) and Anna Ruiz (user 346) (different)",
        ],
    )


@pytest.mark.parametrize(
    ("decisions", "cells", "decided", "said"),
    [
        (("perhaps",), {}, {}, "line 2: 'perhaps' is no decision: write same or different, or leave it empty"),
        (("same",), {"key": "worker:x"}, {}, "line 2: no match in doubt has the key 'worker:x' now"),
        (("same",), {"facts": "old"}, {}, "line 2: the records changed since the file was written"),
        (
            ("same", "same"),
            {},
            {},
            "line 3: Ana Ruiz (worker 12) is decided to be the same as another already (line 2)",
        ),
        (
            ("same",),
            {},
            {TWO.key: SAME},
            "line 2: Ana Ruiz (worker 12) is decided to be the same as another already (decided before)",
        ),
        (("", "same", "same"), {}, {ONE.key: SAME, TWO.key: DIFFERENT}, "line 3: Ana Ruiz (worker 12) is decided"),
        (
            ("same", "different"),
            {"key": TWO.key, "facts": TWO.facts},
            {},
            "line 3: an earlier row decides the same match otherwise",
        ),
    ],
)
def test_every_wrong_row_is_named_and_nothing_kept(
    path: Path, decisions: tuple[str, ...], cells: dict[str, str], decided: dict[str, str], said: str
) -> None:
    """By its line."""
    with pytest.raises(typer.BadParameter) as refused:
        read(filled(path, *decisions, **cells), DOUBTS, decided)
    assert said in refused.value.message


def test_all_wrong_rows_are_told_at_once(path: Path) -> None:
    """In order of the lines."""
    with pytest.raises(typer.BadParameter, match="nothing was kept, as 3 rows of") as refused:
        read(filled(path, "a", "b", "c"), DOUBTS, {})
    assert [line[:11] for line in refused.value.message.splitlines()[1:]] == [
        "  - line 2:",
        "  - line 3:",
        "  - line 4:",
    ]


def test_files_that_are_none_of_ours(tmp_path: Path, path: Path) -> None:
    """Each is said to be so; one that is there already is never overwritten."""
    with pytest.raises(typer.BadParameter, match=r"none\.csv cannot be read: No such file or directory$"):
        read(tmp_path / "none.csv", DOUBTS, {})
    with pytest.raises(typer.BadParameter, match="is there already, perhaps with decisions in it"):
        write(path, DOUBTS, {})
    with pytest.raises(typer.BadParameter, match="cannot be written: No such file"):
        write(tmp_path / "none" / "x.csv", DOUBTS, {})
    path.write_text("key,decision\n", encoding="utf-8")
    with pytest.raises(typer.BadParameter, match="lacks the column facts: write it anew with --out"):
        read(path, DOUBTS, {})
    path.write_text("wonolo\n", encoding="utf-8")
    with pytest.raises(typer.BadParameter, match="lacks the columns decision, facts and key: write it anew"):
        read(path, DOUBTS, {})
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(typer.BadParameter, match="it is no text in UTF-8; save it as CSV UTF-8"):
        read(path, DOUBTS, {})


def test_a_match_is_in_doubt_until_one_of_its_two_is_somebody() -> None:
    """Who is decided to be one is no other."""
    assert still_open(DOUBTS, {}) == list(DOUBTS)
    assert still_open(DOUBTS, {ONE.key: SAME}) == [OTHER]
    assert still_open(DOUBTS, {ONE.key: DIFFERENT}) == [TWO, OTHER]
