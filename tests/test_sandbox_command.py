"""`shiftbridge sandbox` and where its webhooks go."""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
import sys
import time
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sync.cli import run
from tests.sandbox_webhooks import SIGNED, TOKEN
from tests.webhook_receiver import receiving

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-W", "error", "-c", "from sync.cli import main; main()", "sandbox", "--port", "0"]


@contextmanager
def _sandbox(folder: Path, *options: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its address, and the configuration that it wrote."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, "--demands", "1", *options], cwd=folder, env=environ, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().removeprefix("The sandbox listens on ").split(" ")[0]
        yield url, tomllib.loads((folder / "shiftbridge.toml").read_text())
        process.terminate()
        assert (process.wait(20), process.stderr.read()) == (0, "")


def test_both_services_call_the_pair_of_the_configuration_signed_with_its_secrets(tmp_path: Path) -> None:
    """Within moments; the batches of When I Work take a second."""
    with receiving() as receiver:
        base = receiver.url.removesuffix("/hooks")
        with _sandbox(tmp_path, "--webhooks", base) as (url, config):
            httpx.post(f"{url}/_sandbox/act", json={"name": "requestor_posts"})
            httpx.post(f"{url}/_sandbox/act", json={"name": "manager_creates_shift"})
            deadline = time.monotonic() + 10
            while len(receiver.calls) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
            shown = httpx.get(f"{url}/_sandbox/webhooks").json()
    (first, record), (second, batch) = receiver.calls
    urls = [f"{base}/webhooks/{system}/{config['name']}" for system in ("wonolo", "wheniwork")]
    assert [delivery["url"] for delivery in shown["deliveries"]] == urls
    assert first[TOKEN] == hashlib.sha256(record + config["wonolo"]["secret_key"].encode()).hexdigest()
    secret = config["wheniwork"]["webhook_secret"].encode()
    assert second[SIGNED] == b64encode(hmac.digest(secret, batch, "sha256")).decode()
    assert shown["targets"][1]["batch_seconds"] == 1


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ((), ["127.0.0.1:8026/webhooks/wonolo/{name}", "127.0.0.1:8026/webhooks/wheniwork/{name}"]),
        (("--webhooks", "off"), []),
        (("--webhooks", ""), []),
    ],
)
def test_the_daemons_usual_address_is_the_default(tmp_path: Path, options: tuple[str, ...], paths: list[str]) -> None:
    """`off` and an empty address send none."""
    with _sandbox(tmp_path, *options) as (url, config):
        targets = httpx.get(f"{url}/_sandbox/webhooks").json()["targets"]
    shown = [urlsplit(target["url"]) for target in targets]
    assert [part.netloc + part.path for part in shown] == [path.format(name=config["name"]) for path in paths]


@pytest.mark.parametrize(
    "url", ["http://hooks.example:80", "https://127.0.0.1:8026", "http://127.0.0.1", "8026", "http://127.0.0.1:80/?a="]
)
def test_webhooks_to_anywhere_else_are_refused(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence, before anything is written."""
    path = tmp_path / "shiftbridge.toml"
    assert run(["sandbox", "--port", "0", "--config", str(path), "--webhooks", url]) == 1
    assert (
        capsys.readouterr()
        .err.splitlines()[0]
        .endswith("--webhooks takes http://127.0.0.1:PORT, a program on this machine, or off")
    )
    assert not path.exists()
