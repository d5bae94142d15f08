"""Whom the engine trusts: an authority named in the configuration, and what is said about a certificate it does not."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from sandbox.authority import Certificates, make_certificates
from sandbox.serve import Server
from sandbox.world import build_world
from sync.cli import run
from sync.clients.trust import trusting
from sync.clients.wonolo import Wonolo
from sync.clock import SystemClock
from sync.config import load
from sync.doctor.advice import explain
from sync.errors import ConfigError, Untrusted
from sync.setup import ready_configuration

ROOT = Path(__file__).parent.parent
STRANGER = (
    "if a proxy of your company or a sandbox answers there, name the PEM file of its authority in ca_file under "
    "[connection]; if not, do not go on: somebody may be listening in"
)

Captured = pytest.CaptureFixture[str]


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
def certificates(tmp_path: Path) -> Certificates:
    """A new authority with its one certificate."""
    return make_certificates(tmp_path, SystemClock().now())


@pytest.fixture
def server(certificates: Certificates) -> Iterator[Server]:
    """A sandbox over TLS."""
    with Server(build_world(demands=0), certificates=certificates) as running:
        yield running


def wonolo_at(server: Server, ca_file: Path | str) -> Wonolo:
    """A client that trusts an authority beside the usual ones."""
    keys = ("pk_test_sandbox", "sk_test_sandbox")
    return Wonolo(f"{server.url}/api_v2", *keys, per_second=1000, trust=trusting(str(ca_file)))


async def test_a_named_authority_is_trusted(server: Server, certificates: Certificates) -> None:
    """A login and a read go through."""
    async with wonolo_at(server, certificates.authority) as wonolo:
        assert await wonolo.customer_exists("Nobody") is False


async def test_a_stranger_is_told_nothing_and_not_asked_twice(server: Server) -> None:
    """No second try makes a certificate better; the reason is OpenSSL's."""
    with capture_logs() as logs, pytest.raises(Untrusted) as error:
        async with wonolo_at(server, "") as wonolo:
            await wonolo.info()
    assert [row["event"] for row in logs] == ["request"]
    reason = "the certificate of 127.0.0.1 is not trusted (unable to get local issuer certificate)"
    assert explain(error.value) == (f"Wonolo cannot be reached safely: {reason}", STRANGER)


@pytest.mark.parametrize(
    ("days", "reason", "advice"),
    [
        (-40, "certificate has expired", "set this machine's clock right; if it is, the certificate has to be renewed"),
        (9, "certificate is not yet valid", "set this machine's clock right"),
    ],
)
async def test_a_certificate_out_of_its_time_is_named_so(tmp_path: Path, days: int, reason: str, advice: str) -> None:
    """More often than not the clock of this machine is wrong."""
    made = make_certificates(tmp_path, SystemClock().now() + timedelta(days=days))
    with Server(build_world(demands=0), certificates=made) as server, capture_logs(), pytest.raises(Untrusted) as error:
        async with wonolo_at(server, made.authority) as wonolo:
            await wonolo.info()
    what, todo = explain(error.value)
    assert (f"({reason})" in what, todo.startswith(advice)) == (True, True)


def test_the_certificate_of_another_host_points_at_the_address() -> None:
    """Here the address is more likely wrong than the certificate."""
    message = (
        "the certificate of a.example is not trusted (Hostname mismatch, certificate is not valid for 'a.example')"
    )
    error = Untrusted("wheniwork", "GET /account", None, message)
    assert explain(error)[1] == "check base_url under [wheniwork]: the certificate is that of another host"


def test_a_file_that_certifies_nothing_is_a_problem_among_the_others(
    tmp_path: Path, certificates: Certificates
) -> None:
    """Not there, no file, or without a certificate in it; all is said at once, before anything is sent."""
    path = tmp_path / "shiftbridge.toml"
    (tmp_path / "text").write_text("no certificate")
    said = {
        "none.pem": f"there is no file {tmp_path}/none.pem (that of a sandbox goes when the sandbox ends)",
        "text": f"{tmp_path}/text holds no certificate; it must be a PEM file",
        certificates.key.name: f"{certificates.key} holds no certificate; it must be a PEM file",
    }
    for name, problem in said.items():
        path.write_text(f'[connection]\nca_file = "{name}"\n[sync]\nhorizon_days = 0\n')
        with pytest.raises(ConfigError) as error:
            load(path, {})
        assert [row for row in error.value.problems if "is missing" not in row] == [
            f"connection.ca_file: {problem}",
            "sync.horizon_days: must be greater than or equal to 1",
        ]
    path.write_text("[connection]\nca_file = 3\n")
    with pytest.raises(ConfigError, match=r"connection\.ca_file: must be text, in quotes"):
        load(path, {})


async def test_the_file_is_seen_from_the_configurations_folder(server: Server, certificates: Certificates) -> None:
    """And may be named by the environment."""
    path = certificates.authority.parent / "shiftbridge.toml"
    path.write_text(await ready_configuration(server.url, "test", str(certificates.authority)))
    path.write_text(path.read_text().replace(f'"{certificates.authority}"', '"authority.pem"'))
    assert load(path, {}).connection.ca_file == str(certificates.authority)
    with pytest.raises(ConfigError, match=r"\$SHIFTBRIDGE_CONNECTION__CA_FILE: there is no file /nowhere"):
        load(path, {"SHIFTBRIDGE_CONNECTION__CA_FILE": "/nowhere"})


def test_the_sandbox_serves_https_and_the_engine_works_with_it(tmp_path: Path, capsys: Captured) -> None:
    """Diff, reconcile and doctor, with the configuration that it wrote for itself; without its authority, nothing."""
    config = tmp_path / "shiftbridge.toml"
    command = [sys.executable, "-c", "from sync.cli import main; main()", "sandbox", "--tls", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, "--demands", "2"], stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The sandbox listens on https://127.0.0.1:")
        try:
            assert run(["diff", "--config", str(config), "-f", "json"]) == 2
            assert json.loads(capsys.readouterr().out)["counts"]["to_do"] == 2
            assert run(["reconcile", "--config", str(config)]) == 0
            assert run(["doctor", "--config", str(config), "-f", "json"]) == 0
            capsys.readouterr()
            config.write_text(config.read_text().replace("ca_file = ", "# "))
            assert run(["doctor", "--config", str(config), "-f", "json"]) == 1
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    found = [row for row in json.loads(capsys.readouterr().out)["findings"] if row["level"] == "error"]
    assert [(row["area"], row["todo"]) for row in found] == [("Wonolo", STRANGER), ("When I Work", STRANGER)]


def test_an_authority_that_ended_with_its_sandbox_is_explained(tmp_path: Path, capsys: Captured) -> None:
    """As happens to who uses yesterday's configuration."""
    config = tmp_path / "shiftbridge.toml"
    config.write_text('[connection]\nca_file = "gone.pem"\n[wonolo]\napi_key = "a"\nsecret_key = "b"\n')
    config.write_text(config.read_text() + '[wheniwork]\nkey = "a"\nemail = "b@c.example"\npassword = "d"\n')
    assert run(["diff", "--config", str(config)]) == 1
    said = f"there is no file {tmp_path}/gone.pem (that of a sandbox goes when the sandbox ends)"
    assert capsys.readouterr().err == f"Error: connection.ca_file: {said}.\n"
