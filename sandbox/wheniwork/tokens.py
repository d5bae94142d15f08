"""Tokens: opaque ones of the legacy login and JSON Web Tokens of the new one (When I Work reference 2.2 and 2.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

JWT_LIFE = timedelta(seconds=604_800)


@dataclass(frozen=True)
class Grant:
    """Whom a token lets in: a login, perhaps bound to one of its users, perhaps until a moment."""

    login_id: int
    user_id: int | None = None
    expires_at: datetime | None = None


class TokenTable:
    """The tokens in force."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._grants: dict[str, Grant] = {}

    def issue(self, login_id: int, user_id: int | None = None) -> str:
        """An opaque token, bound to one user when given; it lives until `expire_all`."""
        token = f"{self._rng.getrandbits(160):040x}"
        self._grants[token] = Grant(login_id, user_id)
        return token

    def issue_jwt(self, login_id: int, email: str, now: datetime) -> str:
        """A JSON Web Token that lives 604800 seconds of the sandbox's clock."""
        expires_at = now + JWT_LIFE
        issued, ends = int(now.timestamp()), int(expires_at.timestamp())
        serial = f"{self._rng.getrandbits(64):016x}"
        claims: dict[str, str | int] = {
            "iss": "login.sandbox.example",
            "login": login_id,
            "email": email,
            "iat": issued,
            "exp": ends,
        }
        body = f"{_part({'typ': 'JWT', 'alg': 'HS256'})}.{_part({**claims, 'jti': serial})}"
        signature = hmac.new(self._rng.randbytes(32), body.encode(), hashlib.sha256).digest()
        token = f"{body}.{_url_safe(signature)}"
        self._grants[token] = Grant(login_id, expires_at=expires_at)
        return token

    def grant(self, token: str, now: datetime) -> Grant | None:
        """What a token is good for now, or None."""
        found = self._grants.get(token)
        return None if found is None or (found.expires_at and found.expires_at <= now) else found

    def expire_all(self) -> None:
        """Every token stops working at once."""
        self._grants.clear()


def _part(values: dict[str, str | int]) -> str:
    return _url_safe(msgspec.json.encode(values))


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
