"""Takes the webhooks of both services: checks who sent them, stores what is to be read again, then answers.

A service that gets no 2xx comes again, so nothing is answered before it is stored. No body is logged or kept.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, Protocol, get_args

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mappings.model import System
from sync.config import Config
from sync.daemon.attempts import FailedSenders
from sync.daemon.storing import Storing, Webhook
from sync.errors import StoreError
from sync.intake.webhooks import Hint, genuine
from sync.mirror.store import Store

Outcome = Literal[
    "taken", "double", "unknown", "malformed", "forged", "too_large", "incomplete", "no_such_pair", "throttled",
    "not_stored",
]  # fmt: skip
"""What became of a webhook; the first four are stored and get a 200."""

Count = Callable[[str, str, str], None]
"""Is called with pair, system and outcome; the pair is empty where there is none of that name."""

_LARGEST = 1 << 20
_LONGEST_NUMBER = 18  # of digits; Python refuses to read one of thousands
_COME_AGAIN = 30

_REFUSALS: Mapping[Outcome, tuple[int, str]] = {
    "forged": (401, "The signature is missing or not the right one."),
    "no_such_pair": (404, "There is no pair of this name."),
    "incomplete": (408, "The body did not arrive in time."),
    "too_large": (413, "The body is larger than 1 MiB."),
    "throttled": (429, "Too many failures."),
    "not_stored": (503, "It cannot be stored now."),
}
_log = structlog.get_logger(__name__)


class Receiving(Protocol):
    """A pair that takes webhooks."""

    @property
    def config(self) -> Config:
        """Its configuration as it is by now."""

    @property
    def store(self) -> Store:
        """The database that holds its rows."""

    def wake(self) -> None:
        """Look at what is marked now; is called in the event loop."""


def webhook_routes(
    pairs: Mapping[str, Receiving], count: Count, now: Callable[[], datetime], patience_seconds: float = 10
) -> list[Route]:
    """Return `POST /webhooks/wonolo/PAIR` and `POST /webhooks/wheniwork/PAIR`.

    The pairs may change while the routes are in use. `now` must not raise. A body has `patience_seconds` to arrive, and
    as long to be stored.
    """
    failures, storing = FailedSenders(), cache(Storing)
    receivers = [
        _Receiver(system, pairs, count, now, failures, patience_seconds, storing) for system in get_args(System)
    ]
    return [Route(f"/webhooks/{one.system}/{{pair}}", one.receive, methods=["POST"]) for one in receivers]


class _Refused(Exception):  # noqa: N818 - says what happened
    """A webhook is not taken."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Receiver:
    """Takes the webhooks of one service."""

    system: System
    pairs: Mapping[str, Receiving]
    count: Count
    now: Callable[[], datetime]
    failures: FailedSenders
    patience_seconds: float
    storing: Callable[[str], Storing]

    async def receive(self, request: Request) -> JSONResponse:
        """Answer one webhook."""
        name = request.path_params["pair"]
        pair = self.pairs.get(name)
        try:
            if pair is None:
                raise _Refused("no_such_pair")  # noqa: TRY301 - one way out for all refusals
            body = await self._body(request)
            self._check_signature(pair.config, body, request)
        except _Refused as refused:
            return self._refuse(name if pair else "", refused.outcome, request)
        return await self._store(name, pair, body, request)

    async def _body(self, request: Request) -> bytes:
        """The whole body; who sends it drop by drop may not keep a connection for ever."""
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > _LONGEST_NUMBER or int(length) > _LARGEST):
            raise _Refused("too_large")
        body = bytearray()
        try:
            async with asyncio.timeout(self.patience_seconds):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > _LARGEST:
                        raise _Refused("too_large")
        except (TimeoutError, ClientDisconnect):
            raise _Refused("incomplete") from None
        return bytes(body)

    def _check_signature(self, config: Config, body: bytes, request: Request) -> None:
        section = config.wonolo if self.system == "wonolo" else config.wheniwork
        signature = request.headers.get(section.webhook_header, "")
        if not genuine(self.system, body, signature, section.webhook_secrets):
            raise _Refused("forged")

    def _refuse(self, name: str, outcome: Outcome, request: Request) -> JSONResponse:
        """Refuse what the sender did wrong; from who does it again and again no line is logged."""
        sender = request.client.host if request.client else ""
        pause = self.failures.failed(sender, self.now())
        if pause:
            self.count(name, self.system, "throttled")
            return _refusal("throttled", pause)
        self._note(name, outcome)
        return _refusal(outcome)

    async def _store(self, name: str, pair: Receiving, body: bytes, request: Request) -> JSONResponse:
        headers, now = dict(request.headers), self.now()
        try:
            # A sender does not wait for ever, and neither may those behind it. What is stored after all, after it was
            # refused, comes again as a double.
            async with asyncio.timeout(self.patience_seconds):
                hint, new = await self.storing(name).store(pair.store, Webhook(self.system, body, headers, now))
        except (StoreError, TimeoutError) as error:
            self._note(name, "not_stored", reason=str(error) or "the database did not answer in time")
            return _refusal("not_stored", _COME_AGAIN)
        if new:
            pair.wake()
        self._note(name, _outcome(hint, new=new), records=len(hint.records))
        return JSONResponse({"status": "taken" if new else "double"})

    def _note(self, name: str, outcome: Outcome, **fields: object) -> None:
        self.count(name, self.system, outcome)
        log = _log.info if outcome in {"taken", "double"} else _log.warning
        log("webhook", pair=name, system=self.system, outcome=outcome, **fields)


def _outcome(hint: Hint, *, new: bool) -> Outcome:
    if not new:
        return "double"
    return "taken" if hint.shape == "known" else hint.shape


def _refusal(outcome: Outcome, pause_seconds: int | None = None) -> JSONResponse:
    status, text = _REFUSALS[outcome]
    headers = {"Retry-After": str(pause_seconds)} if pause_seconds else None
    return JSONResponse({"error": text}, status, headers)
