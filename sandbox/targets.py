"""Targets of webhooks: their addresses, and how each service signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

SIGNATURE_HEADERS: Mapping[str, str] = {"wonolo": "X-Wonolo-Webhook-Token", "wheniwork": "X-Signed-Hmac-256"}
"""Wonolo reference 11, When I Work reference 13.6."""
DIGESTS: Mapping[str, str] = {"wonolo": "hex", "wheniwork": "base64"}
"""The format of each service's signature by default, after the same sources."""
SHARED_SECRET = "sandbox-webhook-secret"  # noqa: S105 - a made-up secret, documented for everybody
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Target(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The address a service sends its webhooks to, on the loopback interface, and what is open about how.

    Without a `secret` Wonolo signs with its API's secret key. `header` and `digest` replace the service's own name of
    the signature's header and its format. `body` is Wonolo's: a record under its name, bare, or its id and state
    alone. `batch_seconds` of virtual time is how long When I Work gathers events.
    """

    system: Literal["wonolo", "wheniwork"]
    url: str
    secret: str | None = None
    header: str | None = None
    digest: Literal["hex", "upper_hex", "base64"] | None = None
    body: Literal["record", "bare", "hint"] = "record"
    batch_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 3.0

    def __post_init__(self) -> None:
        """Check the address and that there is something to sign with."""
        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK or not parts.port:
            raise ValueError("A webhook goes to http://127.0.0.1:PORT/... and nowhere else.")
        if self.system == "wheniwork" and not self.secret:
            raise ValueError("A webhook of When I Work needs a secret.")

    def headers(self, body: bytes, secret: str) -> dict[str, str]:
        """Return the headers that a body of JSON goes with, the signature among them."""
        name = self.header or SIGNATURE_HEADERS[self.system]
        return {"content-type": "application/json", name: self.signature(body, secret)}

    def signature(self, body: bytes, secret: str) -> str:
        """SHA-256 over body and secret (Wonolo reference 11), or an HMAC of it (When I Work reference 9.1)."""
        if self.system == "wonolo":
            found = hashlib.sha256(body + secret.encode()).digest()
        else:
            found = hmac.digest(secret.encode(), body, "sha256")
        digest = self.digest or DIGESTS[self.system]
        if digest == "base64":
            return base64.b64encode(found).decode()
        return found.hex().upper() if digest == "upper_hex" else found.hex()


def targets_beneath(base: str, name: str, batch_seconds: float = 3.0) -> list[Target]:
    """Return a target for each service beneath a receiver's address: `BASE/webhooks/SYSTEM/NAME`; raises ValueError.

    Wonolo signs with its API's secret key, When I Work with `SHARED_SECRET`.
    """
    if set(base) & set("?#"):
        raise ValueError("A receiver's address has no query and no fragment.")
    start = f"{base.rstrip('/')}/webhooks"
    return [
        Target(system="wonolo", url=f"{start}/wonolo/{name}"),
        Target(system="wheniwork", url=f"{start}/wheniwork/{name}", secret=SHARED_SECRET, batch_seconds=batch_seconds),
    ]
