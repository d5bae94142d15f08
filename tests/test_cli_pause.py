"""The commands pause and resume: what they say, what a reconcile makes of it, and what is typed wrongly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sync.cli import run
from sync.mirror.store import Store
from tests.test_cli import config, root_logger_restored, server
from tests.test_cli_decisions import Command, command
from tests.test_cli_pairs import folder

__all__ = ["command", "config", "folder", "root_logger_restored", "server"]

_AT = r"\w{3} \d\d \w{3} \d{4} \d\d:\d\d \(America/Chicago\)"


def test_a_pair_is_paused_and_resumed(command: Command) -> None:
    """A reconcile says who ordered it, and exits with 3; then it does what waited."""
    said = "Nothing is written for pair test from now on; reading goes on. shiftbridge resume ends it."
    assert command("pause", "--who", "lena", "--why", "inventory") == (0, said)
    code, text = command("reconcile", "--format", "markdown")
    assert (code, text.count("lena paused everything: inventory")) == (3, 4)
    assert command("resume", "--who", "max") == (0, "Resumed: pair test. The next run does what waited.")
    assert command("reconcile")[0] == 0
    assert command("resume") == (0, "There is no pause of pair test.")


def test_a_second_pause_replaces_the_first(command: Command) -> None:
    """Both are named, with the zone that their ends are read in."""
    assert command("pause", "--until", "2h", "--who", "lena")[0] == 0
    code, text = command("pause", "--until", "2126-12-02 08:00", "--who", "max", "--why", "a   move")
    meaning = r"Nothing is written for pair test until Mon 02 Dec 2126 08:00 \(America/Chicago\); reading goes on\."
    replaced = rf"It replaces the pause by lena, {_AT} until {_AT}\."
    assert (code, bool(re.fullmatch(rf"{meaning} shiftbridge resume ends it\. {replaced}", text))) == (0, True), text
    assert "max paused everything until 2126-12-02 14:00 UTC: a move" in command("reconcile", "-f", "markdown")[1]
    assert command("resume")[0] == 0
    assert command("resume") == (0, "There is no pause of pair test.")


def test_a_record_is_paused_and_resumed_by_its_name(command: Command) -> None:
    """The end of another pause leaves it; a number that nobody has read is doubted."""
    command("diff")
    unknown = (
        "Nothing is written about request 999999 and its demand, for pair test, from now on; reading goes on. "
        "shiftbridge resume --record job_request:999999 ends it. "
        "No request 999999 has been read yet: see that the number is right."
    )
    assert command("pause", "--record", "request:999999", "--who", "lena") == (0, unknown)
    code, text = command("resume", "--who", "lena")
    left = rf"There is no pause of pair test\. Still paused: job_request:999999, by lena, {_AT}\."
    assert (code, bool(re.fullmatch(left, text))) == (0, True), text
    assert command("resume", "--record", "request 999999", "--who", "lena") == (
        0,
        "Resumed: request 999999 of pair test. The next run does what waited.",
    )


def test_a_run_under_way_is_named(command: Command, config: Path) -> None:
    """As what it has planned already goes on."""
    command("status")
    store = Store.open(f"sqlite:///{config.parent}/shiftbridge.db")
    with store.begin("test") as tx:
        tx.leases.take("another", "daemon, process 1 on that machine")
    store.close()
    said = "A run is under way (daemon, process 1 on that machine): it heeds the pause when it plans next."
    assert command("pause")[1].endswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pause", "--until", "soon"), "Error: Invalid value: --until 'soon' is no time: write 30m, 2h or 3d,"),
        (
            ("pause", "--until", "2020-01-01 08:00"),
            "Error: Invalid value: --until '2020-01-01 08:00' is not in the future: it is",
        ),
        (("pause", "--record", "place:3"), "Error: Invalid value: --record 'place:3' is no record that can be paused:"),
        (("resume", "--record", "Ada"), "Error: Invalid value: --record 'Ada' is no record that can be paused:"),
    ],
)
def test_what_is_typed_wrongly_pauses_nothing(command: Command, arguments: tuple[str, ...], said: str) -> None:
    """One clear message."""
    code, text = command(*arguments)
    assert (code, text.startswith(said)) == (1, True), text
    assert command("resume")[1] == "There is no pause of pair test."


def test_a_folder_asks_which_pair_is_meant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pause is one pair's own."""
    assert run(["pause", "--config", str(folder)]) == 1
    assert "say which pair is meant: --pair NAME" in capsys.readouterr().err
    assert run(["pause", "--config", str(folder), "--pair", "north"]) == 0
    capsys.readouterr()
    assert run(["resume", "--config", str(folder), "--pair", "south"]) == 0
    assert capsys.readouterr().out == "There is no pause of pair south.\n"
