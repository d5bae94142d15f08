"""A When I Work client before a scripted service."""

from __future__ import annotations

from sync.clients.wheniwork import WhenIWork
from tests.scripted import Answer, HandClock, Scripted, said

BASE = "https://wiw.example/2"
LEGACY = f"{BASE}/login"
CURRENT = "https://login.example/login"
TOKEN = said({"login": {"id": 3, "token": "tok-1"}, "user": {"id": 11}})


def client(
    *answers: Answer | Exception, login: Answer = TOKEN, login_url: str = LEGACY, user_id: int | None = 11
) -> tuple[WhenIWork, Scripted, HandClock]:
    """Make a client that logs in first and then gets the answers."""
    scripted, clock = Scripted(login, *answers), HandClock()
    made = WhenIWork(
        BASE,
        login_url,
        "dev-key",
        "m@sandbox.example",
        "pw",
        user_id=user_id,
        transport=scripted,
        per_minute=60_000,
        clock=clock,
    )
    return made, scripted, clock
