"""Commands on a folder of pairs: which pair is meant, what is said where none is, and the status of all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.serve import Server
from sandbox.world import build_world
from sync.cli import run
from sync.setup import ready_configuration
from tests.test_cli import root_logger_restored, urls

__all__ = ["root_logger_restored", "urls"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def wide_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen on which no path of a test's folder is broken into lines."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def server() -> Iterator[Server]:
    """A sandbox with one stack of open shifts."""
    world = build_world(demands=1)
    world.wheniwork.switches.rate_limit_per_minute = 0
    with Server(world) as running:
        yield running


@pytest.fixture
def folder(server: Server, tmp_path: Path) -> Path:
    """A folder of two pairs, north and south, seen with writing switched off.

    Both are the sandbox's accounts, the second by another name of this machine, as two pairs may not name the same.
    """
    (tmp_path / "pairs").mkdir()
    (tmp_path / "shiftbridge.toml").write_text('[database]\nurl = "sqlite:///all.db"\n')
    whole = asyncio.run(ready_configuration(server.url, "north")).replace("write = true", "write = false")
    text = whole[: whole.index("[database]")] + whole[whole.index("[connection]") :]
    for name, host in (("north", "127.0.0.1"), ("south", "localhost")):
        file = tmp_path / "pairs" / f"{name}.toml"
        file.write_text(text.replace('"north"', f'"{name}"').replace("//127.0.0.1:", f"//{host}:"))
        file.chmod(0o600)
    return tmp_path


def test_a_command_works_on_the_pair_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """By option or by the environment; hints name the pair's own file."""
    assert run(["reconcile", "--config", str(folder), "--pair", "south"]) in {0, 3}
    shown = capsys.readouterr()
    assert f"set write = true under [wonolo] in {folder}/pairs/south.toml." in shown.err
    monkeypatch.setenv("SHIFTBRIDGE_PAIR", "north")
    run(["diff", "--config", str(folder), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["pair"] == "north"
    run(["doctor", "--config", str(folder), "--format", "json"])
    assert f"{folder}/pairs/north.toml is complete" in capsys.readouterr().out
    assert [path.name for path in sorted(folder.iterdir())] == ["all.db", "pairs", "shiftbridge.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say which pair is meant: --pair NAME; {folder} holds north, south"),
        (["--pair", "nort"], "--pair: {folder} holds no 'nort'; did you mean north?"),
        (["--pair", "xyz"], "--pair: {folder} holds no 'xyz'; it holds north, south"),
    ],
)
def test_a_pair_that_is_not_named_rightly_is_asked_for(
    folder: Path, capsys: Captured, arguments: list[str], said: str
) -> None:
    """The message has the names."""
    for command in ("diff", "reconcile", "policy", "doctor", "conflicts", "decisions", "hours", "match"):
        assert run([command, "--config", str(folder), *arguments]) == 1
        assert capsys.readouterr().err.startswith(f"Error: Invalid value: {said.format(folder=folder)}\n")
    for words in (["approve", "k"], ["refuse", "k"], ["resolve", "k", "1"], ["undo", "1"], ["history", "shift", "1"]):
        assert run([*words, "--config", str(folder), *arguments]) == 1
        assert said.format(folder=folder) in capsys.readouterr().err


def test_a_single_pair_need_not_be_named(folder: Path, capsys: Captured) -> None:
    """In a folder and in a file alike; a file with another pair is not taken for the one that is named."""
    (folder / "pairs" / "south.toml").unlink()
    assert run(["policy", "--config", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["pair"] == "north"
    file = folder / "one.toml"
    file.write_text((folder / "pairs" / "north.toml").read_text())
    assert run(["policy", "--config", str(file), "--pair", "north"]) == 0
    capsys.readouterr()
    assert run(["policy", "--config", str(file), "--pair", "south"]) == 1
    assert f"--pair: {file} holds no 'south'; it holds north\n" in capsys.readouterr().err


def test_a_mistake_in_one_pair_leaves_the_commands_of_another_alone(folder: Path, capsys: Captured) -> None:
    """Who names no pair is shown all mistakes."""
    with (folder / "pairs" / "south.toml").open("a") as file:
        file.write("[guard]\n")
    mistake = f"Error: {folder}/pairs/south.toml: guard: there is no such option; did you mean guards?.\n"
    assert run(["policy", "--config", str(folder), "--pair", "north"]) == 0
    capsys.readouterr()
    for arguments in (["--pair", "south"], []):
        assert run(["policy", "--config", str(folder), *arguments]) == 1
        assert capsys.readouterr().err == mistake
    assert run(["status", "--config", str(folder), "--format", "json"]) == 1
    shown = capsys.readouterr()
    assert ([one["pair"] for one in json.loads(shown.out)], shown.err) == (["north"], mistake)


def test_the_status_of_a_folder_is_that_of_each_pair(folder: Path, capsys: Captured) -> None:
    """One after the other for people, a list for programs; with --pair as that of a file."""
    run(["diff", "--config", str(folder), "--pair", "south"])
    capsys.readouterr()
    shown = {}
    for form in ("text", "markdown", "json"):
        assert run(["status", "--config", str(folder), "--format", form]) == 0
        shown[form] = capsys.readouterr().out
    north, south = json.loads(shown["json"])
    assert (north["pair"], len(north["runs"]), south["pair"], len(south["runs"])) == ("north", 0, "south", 1)
    assert [line.partition(" ")[0] for line in shown["text"].splitlines() if "all.db" in line] == ["north", "south"]
    assert [line for line in shown["markdown"].splitlines() if line.startswith("#")] == ["# north", "# south"]
    run(["status", "--config", str(folder), "--pair", "south", "--format", "json"])
    assert json.loads(capsys.readouterr().out) == south


def test_a_configuration_is_written_to_a_file_and_to_no_folder(folder: Path, capsys: Captured) -> None:
    """Each command that writes one says so before it asks or serves anything."""
    for arguments in (["init"], ["sandbox", "--port", "0"]):
        assert run([*arguments, "--config", str(folder), "--force"]) == 1
        said = f"{folder}: is a folder; name the file to write, as --config {folder}/pairs/NAME.toml"
        assert capsys.readouterr().err == f"Error: {said}.\n"


@pytest.mark.usefixtures("urls")
def test_init_adds_a_pair_to_a_folder(tmp_path: Path, capsys: Captured) -> None:
    """What it proposes to type next takes the folder, as the pair's file alone lacks the database."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "shiftbridge.toml").write_text('[database]\nurl = "sqlite:///all.db"\n')
    assert run(["init", "--config", f"{tmp_path}/pairs/north.toml"]) == 0
    assert f"shiftbridge diff --config {tmp_path} --pair north\n" in capsys.readouterr().out
    assert run(["diff", "--config", str(tmp_path), "--pair", "north"]) == 2
