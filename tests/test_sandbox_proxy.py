"""The sandbox's proxy: programs with the real hosts built in reach the sandbox, and nothing leaves the machine."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.authority import SERVICES, make_certificates
from sandbox.clock import VirtualClock
from sandbox.serve import Server
from sandbox.world import build_world
from tests.sandbox_wonolo import NOON

_MALFORMED = "This proxy takes requests as `CONNECT api.wonolo.com:443 HTTP/1.1` alone.\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A sandbox over TLS, with its proxy."""
    certificates = make_certificates(tmp_path, VirtualClock().now())
    with Server(build_world(demands=0, start=NOON), certificates=certificates) as running:
        yield running


def _trusting(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.environment["SSL_CERT_FILE"])


def _asked(server: Server, head: bytes) -> tuple[int, str]:
    """Status and body that the proxy answers to the head of a request."""
    proxy = httpx.URL(server.environment["HTTPS_PROXY"])
    with socket.create_connection((proxy.host, proxy.port or 0), timeout=5) as connection:
        connection.sendall(head)
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    top, _, body = answer.partition("\r\n\r\n")
    return int(top.split()[1]), body


def _output(server: Server, *command: str) -> str:
    """What a program prints that knows nothing of the sandbox but the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, env=environment | server.environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_a_program_with_the_real_hosts_built_in_reaches_both_services(server: Server) -> None:
    """An unmodified client library needs nothing but the environment."""
    program = """
import httpx
print(httpx.get("https://api.wonolo.com/api_v2/info").json()["environment"])
login = {"email": "manager@sandbox.example", "password": "sandbox"}
answer = httpx.post("https://api.login.wheniwork.com/login", json=login, headers={"W-Key": "sandbox-developer-key"})
print(answer.status_code, "token" in answer.json())
"""
    assert _output(server, sys.executable, "-c", program).split() == ["test", "200", "True"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_reaches_it_too(server: Server) -> None:
    """As any program does that goes by HTTPS_PROXY and SSL_CERT_FILE."""
    url = "https://test.wonolo.com/api_v2/info"
    assert '"environment":"test"' in _output(server, "curl", "-fsS", url)


@pytest.mark.parametrize("host", SERVICES)
def test_every_host_of_both_services_leads_to_the_sandbox(server: Server, host: str) -> None:
    """Hosts are spelled in any case, and the certificate is theirs."""
    with httpx.Client(proxy=server.environment["HTTPS_PROXY"], verify=_trusting(server)) as http:
        assert http.get(f"https://{host.upper()}/api_v2/info").status_code == 200


def test_the_sandboxs_own_address_goes_through_its_proxy(server: Server) -> None:
    """So that a shell with HTTPS_PROXY set can steer the sandbox as well."""
    with httpx.Client(proxy=server.environment["HTTPS_PROXY"], verify=_trusting(server)) as http:
        assert http.get(f"{server.url}/_sandbox/clock").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["example.com:443", "api.wonolo.com:80", "api.wonolo.com.example.com:443", "127.0.0.1:22", "localhost:443"],
)
def test_any_other_target_is_refused(server: Server, target: str) -> None:
    """Nothing ever leaves the machine, nor is anything else on it reached."""
    status, body = _asked(server, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    hosts = [f"{host}:443" for host in SERVICES]
    assert (status, body.startswith(f"This proxy leads to the sandbox alone, as {', '.join(hosts)}")) == (403, True)
    assert body.endswith("; nothing leaves this machine.\n")


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://api.wonolo.com/api_v2/info HTTP/1.1\r\n\r\n",
        b"CONNECT api.wonolo.com HTTP/1.1\r\n\r\n",
        b"CONNECT api.wonolo.com:https HTTP/1.1\r\n\r\n",
        b"CONNECT user@api.wonolo.com:443 HTTP/1.1\r\n\r\n",
        b"CONNECT api.wonolo.com:443\r\n\r\n",
        b"\x16\x03\x01\xff\r\n\r\n",
        b"CONNECT api.wonolo.com:443 HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
    ],
)
def test_what_is_no_connect_is_a_bad_request(server: Server, head: bytes) -> None:
    """Plain http, a target without a port, noise, and a head that never ends."""
    assert _asked(server, head) == (400, _MALFORMED)


def test_who_says_nothing_or_half_a_word_hurts_nobody(server: Server) -> None:
    """A connection that ends within its head is closed; the next one is served."""
    proxy = httpx.URL(server.environment["HTTPS_PROXY"])
    for words in (b"", b"CONNECT api.wonolo"):
        with socket.create_connection((proxy.host, proxy.port or 0), timeout=5) as connection:
            connection.sendall(words)
    with httpx.Client(proxy=str(proxy), verify=_trusting(server)) as http:
        assert http.get("https://api.wonolo.com/api_v2/info").status_code == 200


def test_the_proxy_ends_with_the_server(tmp_path: Path) -> None:
    """Also while a tunnel is open; its port is free again."""
    certificates = make_certificates(tmp_path, VirtualClock().now())
    server = Server(build_world(demands=0, start=NOON), certificates=certificates)
    with server:
        port = httpx.URL(server.environment["HTTPS_PROXY"]).port or 0
        http = httpx.Client(proxy=server.environment["HTTPS_PROXY"], verify=_trusting(server))
        assert http.get("https://api.wonolo.com/api_v2/info").status_code == 200
        silent = socket.create_connection(("127.0.0.1", port))
    with silent, pytest.raises(httpx.HTTPError):
        http.get("https://api.wonolo.com/api_v2/info")
    http.close()
    socket.create_server(("127.0.0.1", port)).close()


def test_without_tls_there_is_no_proxy() -> None:
    """Plain http is asked for at the sandbox's own address."""
    with Server(build_world(demands=0, start=NOON)) as server:
        assert server.environment == {}


def test_a_port_of_the_pair_that_is_taken_is_named(tmp_path: Path) -> None:
    """The proxy listens two ports after the server; where it cannot, neither does the server."""
    certificates = make_certificates(tmp_path, VirtualClock().now())
    world = build_world(demands=0, start=NOON)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=rf"port {port}: Address already in use"):
            Server(world, port - 2, certificates)
    with pytest.raises(OSError, match=r"port 65537: there is no such port"):
        Server(world, 65535, certificates)
