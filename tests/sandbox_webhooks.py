"""A sandbox over TCP whose webhooks go to a receiver on this machine, and what the receiver makes of them."""

from __future__ import annotations

from typing import Any

import httpx

from sandbox.serve import Server
from tests.sandbox_control import Control
from tests.sandbox_wheniwork import KEY
from tests.sandbox_wonolo import job_request_body
from tests.webhook_receiver import Receiver

TOKEN = "x-wonolo-webhook-token"
SIGNED = "x-signed-hmac-256"


class Served(Control):
    """The same over TCP: what is sent after an answer needs a server that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._server = Server(self.world)
        self._http = httpx.Client(base_url=self._server.url)

    def __enter__(self) -> Served:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._server.stop()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""
        return self._http.request(method, path, **options)

    def aim(self, receiver: Receiver, system: str = "wonolo", **target: Any) -> Any:
        """Send webhooks of a system to the receiver."""
        secret = {"secret": "shared"} if system == "wheniwork" else {}
        return self.post("/webhooks", {"system": system, "url": receiver.url, **secret, **target})

    def wheniwork(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request to When I Work by its manager, who has just logged in."""
        body = {"username": "manager@sandbox.example", "password": "sandbox"}
        token = self.send("POST", "/2/login", json=body, headers=KEY).json()["login"]["token"]
        return self.send(method, f"/2{path}", headers={"W-Token": token}, **options)


def posted_job_request(control: Control) -> Any:
    """A JobRequest of one slot that somebody has just posted by the API."""
    return control.wonolo("POST", "/job_requests", json=job_request_body(slots=1)).json()["job_request"]


def states(receiver: Receiver) -> list[tuple[str, str]]:
    """Name and state of each record that came from Wonolo."""
    return [(name, record["state"]) for body in receiver.bodies() for name, record in body.items()]
