"""The command line: exit codes, what is printed where, and what a user's mistakes are answered with."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import pty
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from sandbox.people import perform
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.cli import run
from sync.cli.setting_up import sandbox_configuration
from sync.config import load
from sync.setup import ready_configuration

ACCESS = {
    "SHIFTBRIDGE_WONOLO__API_KEY": "pk_test_sandbox",
    "SHIFTBRIDGE_WONOLO__SECRET_KEY": "sk_test_sandbox",
    "SHIFTBRIDGE_WHENIWORK__KEY": "sandbox-developer-key",
    "SHIFTBRIDGE_WHENIWORK__EMAIL": "manager@sandbox.example",
    "SHIFTBRIDGE_WHENIWORK__PASSWORD": "sandbox",
}
MAIN = [sys.executable, "-c", "from sync.cli import main; main()"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def root_logger_restored() -> Iterator[None]:
    """Put the process's own logging back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def server() -> Iterator[Server]:
    """A sandbox with four stacks of open shifts, as quick as it can be."""
    world = build_world(demands=4)
    world.wheniwork.switches.rate_limit_per_minute = 0
    with Server(world) as running:
        yield running


@pytest.fixture
def config(server: Server, tmp_path: Path) -> Path:
    """A configuration for the sandbox, both writes on."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text(asyncio.run(ready_configuration(server.url, "test")))
    path.chmod(0o600)
    return path


@pytest.fixture
def urls(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's addresses and keys in the environment."""
    addresses = {"WONOLO__BASE_URL": "api_v2", "WHENIWORK__BASE_URL": "2", "WHENIWORK__LOGIN_URL": "login"}
    for name, path in addresses.items():
        monkeypatch.setenv(f"SHIFTBRIDGE_{name}", f"{server.url}/{path}")
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)


Captured = pytest.CaptureFixture[str]


def edited(path: Path, pattern: str, text: str) -> None:
    """Change a configuration as a user with an editor would."""
    before = path.read_text()
    assert re.search(pattern, before)
    path.write_text(re.sub(pattern, text, before))


def latest_open_shifts(world: World) -> list[int]:
    """The published open shifts that start last."""
    found = [row for row in world.wheniwork.shifts.values() if row["is_open"] and row["published"]]
    return [row["id"] for row in sorted(found, key=lambda row: row["start_time"])]


def test_the_version_and_the_help_are_printed(capsys: Captured) -> None:
    """Without a command the help is meant."""
    assert run(["--version"]) == 0
    assert re.fullmatch(r"shiftbridge \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert run([]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in ("diff", "reconcile", "init", "doctor", "status", "sandbox", "demo"))


def test_the_start_is_quick() -> None:
    """Neither the version nor shell completion imports what takes long."""
    code = "import sys; from sync.cli import run; run(); sys.stderr.write(' '.join(sys.modules))"
    heavy = {"pydantic", "rich", "httpx", "sqlalchemy", "sqlmodel", "fastapi", "structlog", "asyncio"}
    asked = {"_SHIFTBRIDGE_COMPLETE": "complete_bash", "COMP_WORDS": "shiftbridge rec", "COMP_CWORD": "1"}
    version = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True)
    completed = subprocess.run(MAIN, capture_output=True, text=True, check=True, env={**os.environ, **asked})
    assert heavy & set(version.stderr.split()) == set()
    assert completed.stdout.split() == ["reconcile"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["difff"], "No such command 'difff'. Did you mean 'diff'?"),
        (["diff", "--colour"], "No such option: --colour"),
        (["diff", "--format", "xml"], "'xml' is not one of 'text', 'json', 'markdown'."),
        (["reconcile", "--allow", "delete:shift5=9"], "there is no guard 'delete:shift5'; did you mean delete:shifts?"),
        (["reconcile", "--allow", "delete:shifts"], "delete:shifts needs a whole number, as in delete:shifts=40"),
        (["sandbox", "--demands", "-1"], "--demands"),
    ],
)
def test_a_wrong_use_is_an_error_like_any_other(arguments: list[str], said: str, capsys: Captured) -> None:
    """Exit code 2 means that a diff found something, so it cannot mean this."""
    assert run(arguments) == 1
    assert said in capsys.readouterr().err


def test_diff_reconcile_diff(server: Server, config: Path, capsys: Captured) -> None:
    """What there is to do is shown, then done, then there is nothing; a diff never writes."""
    assert run(["diff", "--config", str(config)]) == 2
    assert "4 changes to write (4 in Wonolo)" in capsys.readouterr().out
    assert server.world.requests.since(writes=True) == []
    assert run(["reconcile", "--config", str(config)]) == 0
    captured = capsys.readouterr()
    assert ("4 changes written (4 in Wonolo)" in captured.out, captured.err) == (True, "")
    written = len(server.world.requests.since(writes=True))
    assert run(["diff", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "\nNothing to write.\n"
    assert run(["reconcile", "--config", str(config)]) == 0
    assert len(server.world.requests.since(writes=True)) == written == 4


def test_every_format_holds_the_same(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The configuration may be named by the environment; standard output holds the result alone."""
    monkeypatch.setenv("SHIFTBRIDGE_CONFIG", str(config))
    assert run(["diff", "-f", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["counts"]["to_do"] == 4
    assert run(["diff", "-f", "markdown"]) == 2
    assert capsys.readouterr().out.startswith("# Diff of test\n\n4 changes to write (4 in Wonolo)")


def test_a_reconcile_with_writing_switched_off_says_what_to_set(server: Server, config: Path, capsys: Captured) -> None:
    """Nothing is written, and the exit code says that something waits."""
    edited(config, "write = true", "write = false")
    assert run(["reconcile", "--config", str(config), "--format", "markdown"]) == 3
    captured = capsys.readouterr()
    assert captured.out.count("blocked: writing to Wonolo is switched off: set write = true under [wonolo]") == 4
    assert captured.err == (
        f"Writing is switched off: set write = true under [wonolo] in {config}.\n"
        f"Writing is switched off: set write = true under [wheniwork] in {config}.\n"
    )
    assert server.world.requests.since(writes=True) == []


def test_a_guard_refuses_and_lets_pass_once(server: Server, config: Path, capsys: Captured) -> None:
    """The refusal names the way past it, and that way works."""
    edited(config, "at_least = 10", "at_least = 1")
    assert run(["reconcile", "--config", str(config)]) == 0
    for shift in latest_open_shifts(server.world)[-2:]:
        perform(server.world, "manager_deletes_shift", {"shift_id": shift})
    capsys.readouterr()
    assert run(["reconcile", "--config", str(config)]) == 7
    refused = "2 requests in Wonolo would be cancelled, of 4 linked; at most 1 may."
    assert capsys.readouterr().err == (
        f"Error: nothing was written; guards refuse this:\n  - {refused}\n"
        "If this is meant, run again with: --allow delete:job_requests=2\n"
    )
    assert run(["diff", "--config", str(config)]) == 2
    shown = capsys.readouterr().out
    assert "Guards would refuse all this" in shown
    assert f"{refused}\nIf this is meant, carry it out with --allow delete:job_requests=2\n" in shown
    assert run(["reconcile", "--config", str(config), "--allow", "delete:job_requests=2"]) == 0
    assert "cancel request" in capsys.readouterr().out


def test_status_tells_records_and_runs_without_asking_anybody(server: Server, config: Path, capsys: Captured) -> None:
    """In every format; a password in the database's address is not shown."""
    assert run(["status", "--config", str(config)]) == 0
    assert "holds nothing yet\n\nNo run yet.\n" in capsys.readouterr().out
    run(["reconcile", "--config", str(config)])
    capsys.readouterr()
    asked = len(server.world.requests.since())
    assert run(["status", "--config", str(config)]) == 0
    text = capsys.readouterr().out
    assert ("4 requests" in text, "reconcile  done      4 done" in text) == (True, True)
    assert run(["status", "--config", str(config), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["pair"], document["counts"]["job_request"], document["runs"][0]["counts"]["done"]) == (
        "test",
        4,
        4,
    )
    assert run(["status", "--config", str(config), "--format", "markdown"]) == 0
    assert "| reconcile | done | 4 done |" in capsys.readouterr().out
    assert len(server.world.requests.since()) == asked


def test_doctor_fails_only_with_errors(config: Path, capsys: Captured) -> None:
    """Its advice is printed in each format."""
    assert run(["doctor", "--config", str(config)]) == 0
    assert "Nothing is wrong." in capsys.readouterr().out
    edited(config, 'password = "sandbox"', 'password = "wrong"')
    assert run(["doctor", "--config", str(config), "-f", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["area"] for one in found if one["level"] == "error"] == ["When I Work"]


def test_the_doctor_goes_on_where_the_configuration_is_wrong(config: Path, capsys: Captured) -> None:
    """Each mistake is a line of its own, and both accounts and the database are looked at."""
    text = config.read_text()
    blank = re.sub(r"hourly_rate = .*", "hourly_rate = 0", text)
    config.write_text(blank + "\n[gard]\nx = 1\n")
    assert run(["doctor", "--config", str(config), "-f", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    errors = [one["text"] for one in found if one["level"] == "error"]
    rates = text.count("hourly_rate = ")
    assert rates > 1
    assert [one.partition("'")[0] for one in errors] == [
        "gard: there is no such option; did you mean guards?",
        *["wonolo.write: is switched on, but skills "] * rates,
    ]
    assert {"Wonolo", "When I Work", "Places and skills", "Database"} <= {one["area"] for one in found}
    assert not any(one["area"] == "Writing" for one in found)


def test_wrong_credentials_are_one_clear_message(config: Path, capsys: Captured) -> None:
    """What is wrong, where, what to do; and no traceback."""
    edited(config, "sk_test_sandbox", "sk_wrong")
    assert run(["diff", "--config", str(config)]) == 1
    assert capsys.readouterr().err == (
        "Error: Wonolo does not accept the login (401: Invalid API key or secret key).\n"
        "What to do: check api_key and secret_key under [wonolo].\n"
    )


def test_an_unreachable_host_is_one_clear_message(config: Path, capsys: Captured) -> None:
    """A server that is not there, in place of When I Work's."""
    edited(config, r"http://127.0.0.1:\d+/login", "http://127.0.0.1:1/login")
    assert run(["diff", "--config", str(config)]) == 1
    assert capsys.readouterr().err == (
        "Error: When I Work cannot be reached: 127.0.0.1 was not reached (ConnectError).\n"
        "What to do: check base_url under [wheniwork], and the network.\n"
    )


def test_a_website_in_place_of_the_api_is_one_clear_message(config: Path, capsys: Captured) -> None:
    """Somebody forgot the path."""
    edited(config, r"/api_v2", "/nothing")
    assert run(["diff", "--config", str(config)]) == 1
    captured = capsys.readouterr()
    assert captured.err == (
        "Error: Wonolo knows no GET /info (404: Not Found).\nWhat to do: check base_url under [wonolo].\n"
    )


def test_everything_wrong_with_a_configuration_is_listed(tmp_path: Path, capsys: Captured) -> None:
    """One line each."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text('horizon = 3\n[wonolo]\napi_key = "x"\nsecret_key = "y"\n[wheniwork]\nkey = "k"\nemail = "e"\n')
    assert run(["doctor", "--config", str(path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Error: 2 things in the configuration must be put right:"
    assert [line.partition(":")[0] for line in lines[1:]] == ["  - horizon", "  - wheniwork.password"]


def test_a_missing_configuration_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """The default is the file in the folder one is in."""
    monkeypatch.chdir(tmp_path)
    assert run(["status"]) == 1
    assert capsys.readouterr().err == (
        "Error: shiftbridge.toml: there is no such file; write one with `shiftbridge init`, "
        "or name another with --config.\n"
    )


def test_a_database_of_somebody_else_is_left_alone(config: Path, capsys: Captured) -> None:
    """Locked by another program, or made by a newer version."""
    run(["status", "--config", str(config)])
    database = sqlite3.connect(config.parent / "shiftbridge.db", isolation_level=None)
    database.execute("UPDATE alembic_version SET version_num = 'ffff'")
    capsys.readouterr()
    assert run(["diff", "--config", str(config)]) == 1
    assert capsys.readouterr().err.startswith("Error: a newer version of shiftbridge made this database")
    database.execute("BEGIN EXCLUSIVE")
    assert run(["diff", "--config", str(config)]) == 1
    database.close()
    assert capsys.readouterr().err.startswith("Error: the database is locked by another program")


def test_logs_go_to_standard_error_when_asked_for(config: Path, capsys: Captured) -> None:
    """Once for what happened, twice for each request."""
    run(["diff", "--config", str(config), "-f", "json", "-v"])
    once = capsys.readouterr()
    run(["diff", "--config", str(config), "-f", "json", "-vv"])
    twice = capsys.readouterr()
    assert json.loads(once.out)["counts"] == json.loads(twice.out)["counts"]
    assert ("pulled" in once.err, "path=/shifts" in once.err, "path=/shifts" in twice.err) == (True, False, True)


@pytest.mark.usefixtures("urls")
def test_init_writes_a_configuration_that_works_and_never_replaces_one_by_mistake(
    tmp_path: Path, capsys: Captured
) -> None:
    """Secrets from the environment are not written down."""
    path = tmp_path / "mine.toml"
    assert run(["init", "--config", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Wrote {path} for Sandbox Warehousing (account 3): 8 places, 7 skills.\n")
    assert f"shiftbridge diff --config {path}\n" in said
    assert load(path, os.environ).switched_off == ("wonolo", "wheniwork")
    assert [value for value in ACCESS.values() if f'= "{value}"' in path.read_text()] == []
    path.write_text("mine")
    assert run(["init", "--config", str(path)]) == 1
    assert (path.read_text(), "--force" in capsys.readouterr().err) == ("mine", True)
    assert run(["init", "--config", str(path), "--force"]) == 0
    assert run(["diff", "--config", str(path)]) == 2


def test_init_without_a_terminal_lists_what_it_would_have_asked(tmp_path: Path, capsys: Captured) -> None:
    """And writes nothing."""
    path = tmp_path / "mine.toml"
    assert run(["init", "--config", str(path)]) == 1
    assert capsys.readouterr().err.count("is missing; set it under") == 5
    assert not path.exists()


def in_terminal(arguments: list[str], answers: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run a command whose input and error output are a terminal of 100 columns; returns code and what it showed.

    `answers` are typed as soon as their prompts are seen, up to the space that follows once a secret may be typed.
    """
    here, there = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*MAIN, *arguments],
        stdin=there,
        stderr=there,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env=environ,
        start_new_session=True,  # or a secret would be asked for on the terminal that runs the tests
    )
    os.close(there)
    shown = ""
    with contextlib.suppress(OSError):  # Linux tells the end of a terminal by an error
        while text := os.read(here, 65536).decode(errors="replace"):
            shown += text
            for prompt in [one for one in answers if shown.endswith(one)]:
                os.write(here, f"{answers.pop(prompt)}\n".encode())
    os.close(here)
    return process.wait(20), shown


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(config: Path, capsys: Captured) -> None:
    """A pipe gets the result alone."""
    code, shown = in_terminal(["reconcile", "--config", str(config)], {}, config.parent)
    assert (code, "Reading both systems" in shown) == (0, True)
    run(["diff", "--config", str(config)])
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("urls")
def test_init_asks_on_a_terminal_for_what_the_environment_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret does not show while it is typed; what was typed is kept in the file."""
    for name in ("SHIFTBRIDGE_WONOLO__SECRET_KEY", "SHIFTBRIDGE_WHENIWORK__EMAIL"):
        monkeypatch.delenv(name)
    path = tmp_path / "mine.toml"
    answers = {"Wonolo: secret key: ": "sk_test_sandbox", "When I Work: e-mail address:": "manager@sandbox.example"}
    code, shown = in_terminal(["init", "--config", str(path)], answers, tmp_path)
    assert (code, answers, "sk_test_sandbox" in shown) == (0, {}, False)
    text = path.read_text()
    assert ('secret_key = "sk_test_sandbox"' in text, 'email = "manager@sandbox.example"' in text) == (True, True)
    assert "# api_key =" in text


def test_the_sandbox_serves_and_writes_a_configuration_for_itself(tmp_path: Path, capsys: Captured) -> None:
    """It ends when told to; a second one replaces its own configuration."""
    for _ in range(2):
        process = subprocess.Popen(
            [*MAIN, "sandbox", "--port", "0", "--demands", "2"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The sandbox listens on http://127.0.0.1:")
        assert run(["diff", "--config", str(tmp_path / "shiftbridge.toml"), "-f", "json"]) == 2
        assert json.loads(capsys.readouterr().out)["counts"]["to_do"] == 2
        process.terminate()
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_a_sandbox_configuration_that_was_edited_is_replaced_only_by_force(
    server: Server, tmp_path: Path, capsys: Captured
) -> None:
    """What somebody set in it is theirs; one that is as it was written may go."""
    path = tmp_path / "shiftbridge.toml"
    for _ in range(2):
        sandbox_configuration(server.url, path, overwrite=False)
    edited(path, r"cutoff_hours = .*", "cutoff_hours = 99")
    assert run(["sandbox", "--port", "0", "--config", str(path)]) == 1
    assert ("cutoff_hours = 99" in path.read_text(), "--force" in capsys.readouterr().err) == (True, True)
    sandbox_configuration(server.url, path, overwrite=True)
    assert "cutoff_hours = 99" not in path.read_text()


def test_the_sandbox_replaces_no_configuration_but_its_own(tmp_path: Path, capsys: Captured) -> None:
    """Nor does it take a port that is in use."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text("mine")
    assert run(["sandbox", "--port", "0", "--config", str(path)]) == 1
    assert (path.read_text(), "--force" in capsys.readouterr().err) == ("mine", True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["sandbox", "--port", str(taken.getsockname()[1]), "--config", str(path)]) == 1
    assert "cannot serve on port" in capsys.readouterr().err
    assert run(["sandbox", "--port", "70000", "--config", str(path)]) == 1
    assert "cannot serve on port 70000: there is no such port" in capsys.readouterr().err
