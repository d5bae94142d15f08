"""The sandbox over TLS, for programs with the real addresses built in."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.authority import HOSTS, Certificates, make_certificates
from sandbox.clock import VirtualClock
from sandbox.serve import Server
from sandbox.world import build_world
from tests.sandbox_wonolo import NOON


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """A new authority with its one certificate."""
    return make_certificates(tmp_path, VirtualClock().now())


@pytest.fixture
def server(certificates: Certificates) -> Iterator[Server]:
    """A sandbox over TLS."""
    with Server(build_world(demands=0, start=NOON), certificates=certificates) as server:
        yield server


def _trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


@pytest.mark.parametrize("host", [*HOSTS, "127.0.0.1"])
def test_every_host_of_both_services_is_certified(server: Server, certificates: Certificates, host: str) -> None:
    """A program asks for its own host, and finds its certificate in order."""
    with httpx.Client(verify=_trusting(certificates.authority), base_url=server.url) as http:
        answer = http.get("/api_v2/info", extensions={"sni_hostname": host})
    assert answer.json()["environment"] == "test"


def test_another_host_is_not(server: Server, certificates: Certificates) -> None:
    """Nor is any host for who does not trust the authority."""
    trusting, url = _trusting(certificates.authority), f"{server.url}/api_v2/info"
    with httpx.Client(verify=trusting) as http, pytest.raises(httpx.ConnectError, match="mismatch"):
        http.get(url, extensions={"sni_hostname": "api.example"})
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(url)


def test_a_connection_breaks_off_under_tls_too(server: Server, certificates: Certificates) -> None:
    """Where a fault says so."""
    with httpx.Client(verify=_trusting(certificates.authority), base_url=server.url) as http:
        http.post("/_sandbox/faults", json={"fault": "lost_reply", "times": 1})
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            http.get("/api_v2/info")
        assert http.get("/api_v2/info").status_code == 200


def test_the_key_is_for_its_owner_alone(certificates: Certificates) -> None:
    """And the authority's own is kept nowhere."""
    assert certificates.key.stat().st_mode & 0o077 == 0
    assert [path.name for path in sorted(certificates.key.parent.iterdir())] == [
        "authority.pem",
        "server-key.pem",
        "server.pem",
    ]
    assert b"PRIVATE" not in certificates.authority.read_bytes() + certificates.certificate.read_bytes()


def test_the_command_prints_what_to_trust_and_takes_it_away_again() -> None:
    """`python -m sandbox --tls` serves https until it is interrupted."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--demands", "0", "--tls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        authority = Path(process.stdout.readline().split()[-1])
        assert process.stdout.readline() == "For programs with the real hosts built in:\n"
        proxy = process.stdout.readline().removeprefix("  export HTTPS_PROXY=").split()[0]
        try:
            answer = httpx.get("https://api.wonolo.com/api_v2/info", verify=_trusting(authority), proxy=proxy)
            assert (url[:18], answer.status_code) == ("https://127.0.0.1:", 200)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert not authority.parent.exists()
