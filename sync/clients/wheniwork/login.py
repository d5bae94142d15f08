"""The two logins of When I Work and where their answers keep the token (When I Work reference 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sync.clients.auth import Grant
from sync.clients.exchange import Record, Reply
from sync.clients.http import Api
from sync.clock import Clock

_LEGACY_RENEWAL = timedelta(hours=23)
_JWT_RENEWAL = timedelta(days=5)  # of a life of seven (When I Work reference 2.3)


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in where; `legacy` tells `POST /2/login` from the login host of today; `user_id` is who acts."""

    url: str
    legacy: bool
    key: str = field(repr=False)
    email: str = field(repr=False)
    password: str = field(repr=False)
    user_id: int | None

    async def grant(self, api: Api, clock: Clock) -> Grant:
        """Log in; raises the RemoteErrors of `sync.errors`."""
        # The old page of the legacy login says `username`, later ones `email` (When I Work reference 2.2).
        name = {"username": self.email, "email": self.email} if self.legacy else {"email": self.email}
        reply = await api.log_in(self.url, {**name, "password": self.password}, {"W-Key": self.key})
        users = [user["id"] for user in _users(reply)]
        acting = users[0] if self.user_id is None and len(users) == 1 else self.user_id
        headers = {} if acting is None else {"W-UserId": str(acting)}
        token = _token(reply, acting)
        if self.legacy:
            return Grant(clock.now() + _LEGACY_RENEWAL, headers={**headers, "W-Token": token})
        return Grant(clock.now() + _JWT_RENEWAL, headers={**headers, "Authorization": f"Bearer {token}"})


def _users(reply: Reply) -> list[Record]:
    body = reply.object()
    users = [body["user"]] if body.get("user") else body.get("users") or []
    return [user for user in users if isinstance(user, dict) and "id" in user]


def _token(reply: Reply, acting: int | None) -> str:
    body = reply.object()
    holders = [body.get("login"), body, body.get("person"), body.get("data")]
    # The oldest form has a token in each user row, good for that row's account (When I Work reference 2.2).
    holders += [user for user in _users(reply) if acting is None or str(user.get("id")) == str(acting)]
    for holder in holders:
        if isinstance(holder, dict) and holder.get("token"):
            return str(holder["token"])
    raise reply.unexpected("no token in the answer to the login")
