"""What stands in deploy/, the image and docs/operations.md: it can be read, fits together, and names what exists."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import typer.main
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from sync.cli.options import app
from sync.mirror import migrate
from tests.test_alerts import rules

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NOT_FOR_OPERATIONS = {"decisions", "demo", "policy"}


def commands() -> dict[str, set[str]]:
    """Each command of the command line with its options."""
    found: Any = typer.main.get_command(app)
    return {
        name: {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in found.commands.items()
    }


def shell(text: str) -> list[list[str]]:
    """The words of each call of shiftbridge in the shell blocks, the cron table and the inline code of a page."""
    fences = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    blocks = [re.sub(r"\\\n\s*", " ", block) for language, block in fences if language in {"", "sh"}]
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(shiftbridge [^`\n]*)`", text)
    calls = (re.search(r"^(?:.*[\s/])?shiftbridge ((?!shiftbridge)[a-z]+(?: .*)?)$", line) for line in lines)
    return [call[1].split() for call in calls if call]


def test_every_alert_is_explained() -> None:
    """Each once, in the table; none that does not exist."""
    explained = re.findall(r"^\| `(Shiftbridge\w+)` \|", OPERATIONS, re.MULTILINE)
    assert explained == [rule["alert"] for rule in rules()]


def test_every_command_of_use_to_operators_is_named() -> None:
    """Those that come later are documented or listed above."""
    named = set(re.findall(r"[a-z]+", " ".join(re.findall(r"`([^`\n]+)`", OPERATIONS)))) | {
        call[0] for call in shell(OPERATIONS)
    }
    assert set(commands()) - NOT_FOR_OPERATIONS - named == set()


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/deployment.md", "README.md"])
def test_the_commands_that_are_shown_exist_with_their_options(page: str) -> None:
    """What people copy from a page must work."""
    known = commands()
    known.setdefault("worker", set())  # comes with the extra `scale`
    calls = shell((ROOT / page).read_text())
    wrong = [
        words
        for name, *words in calls
        if name not in known or not {word.partition("=")[0] for word in words if word.startswith("-")} <= known[name]
    ]
    assert (wrong, bool(calls)) == ([], True)


def test_the_links_of_the_page_lead_somewhere() -> None:
    """To files that are there, and to headings of its own."""
    headings = {
        re.sub(r"[^a-z -]", "", line.lower()).replace(" ", "-") for line in re.findall("^#+ (.*)", OPERATIONS, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", OPERATIONS):
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (ROOT / "docs" / target).is_file()


def test_the_compose_file_names_what_exists() -> None:
    """Its folder and image are there; the port and the time to end are the daemon's."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    daemon, postgres = services["shiftbridge"], services["postgres"]
    assert (ROOT / "deploy" / daemon["build"]["context"] / "Dockerfile").is_file()
    assert daemon["ports"] == ["127.0.0.1:8026:8026"]
    assert (daemon["read_only"], daemon["cap_drop"], daemon["stop_grace_period"]) == (True, ["ALL"], "35s")
    assert set(daemon["depends_on"]) <= set(services)
    assert {volume.split(":")[1] for volume in daemon["volumes"]} == {"/etc/shiftbridge", "/run/secrets"}
    assert postgres["image"] == re.findall(r"postgres:\d+", OPERATIONS)[0]
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/deploy/.env", "/deploy/config/", "/deploy/secrets/"} <= set(ignored)


def test_the_image_is_given_what_it_copies() -> None:
    """The ignore file lets nothing else through, tests and local secrets least of all."""
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [word for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()]
    assert sorted(copied) == sorted(name.rstrip("/") for name in let_in)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


@pytest.fixture(params=[200, 503])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """The port of a server that answers /healthz alone, and its status."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, request.param
        server.shutdown()
        thread.join()


def test_the_health_check_says_whether_the_daemon_is_well(answering: tuple[int, int]) -> None:
    """It is run as the image runs it."""
    port, status = answering
    command = json.loads(re.findall(r"HEALTHCHECK .*?CMD \\\n\s*(\[.*\])", DOCKERFILE)[0])
    assert command[:3] == ["python", "-S", "-c"]
    code = command[3].replace("8026", str(port))
    assert subprocess.run([sys.executable, "-S", "-c", code], check=False).returncode == int(status != 200)


def test_the_unit_starts_a_command_that_exists_and_hands_over_what_the_page_names() -> None:
    """Each secret of the page's example is a credential of the unit, and the other way round."""
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    text = (ROOT / "deploy" / "shiftbridge.service").read_text()
    unit.read_string(text)
    service = unit["Service"]
    name, *options = shlex.split(service["ExecStart"])[1:]
    assert {option for option in options if option.startswith("-")} <= commands()[name]
    assert (service["Type"], service["TimeoutStopSec"], service["DynamicUser"]) == ("notify-reload", "35", "yes")
    handed = dict(re.findall(r"^LoadCredential=(\S+):(\S+)$", text, re.MULTILINE))
    assert set(re.findall(r'_file = "/run/credentials/shiftbridge.service/(\S+)"', OPERATIONS)) == set(handed)
    assert {name: f"/etc/shiftbridge/secrets/{name}" for name in handed} == handed


def test_the_way_back_to_an_older_version_works_as_the_page_shows_it(database_url: str) -> None:
    """The tables of the daemon are gone, those of before are there; the newer version makes them again."""
    [code] = re.findall(r"python -c '\n(import sys\nfrom pathlib.*?)' sqlite", OPERATIONS, re.DOTALL)
    subprocess.run([sys.executable, "-c", code, database_url, "0008"], check=True)
    engine = sqlalchemy.create_engine(database_url, poolclass=sqlalchemy.NullPool)
    older = set(sqlalchemy.inspect(engine).get_table_names())
    migrate(database_url)
    newer = set(sqlalchemy.inspect(engine).get_table_names())
    assert ("pause" in older, "pause" in newer, "link" in older) == (False, True, True)
