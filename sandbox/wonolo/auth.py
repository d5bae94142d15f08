"""Keys, tokens and `/info` (Wonolo reference 2)."""

from __future__ import annotations

import string
from datetime import UTC, timedelta
from http import HTTPStatus
from typing import Any

from sandbox.wonolo.params import Params, is_blank
from sandbox.wonolo.refusal import Refusal, missing
from sandbox.wonolo.render import utc_seconds
from sandbox.wonolo.state import WonoloState

_TOKEN_LIFE = timedelta(hours=24)
_URL_SAFE = string.ascii_letters + string.digits + "-_"


def authenticate(state: WonoloState, params: Params) -> dict[str, Any]:
    """Give a token for 24 hours; 422 when a key is missing, 401 when one is wrong."""
    for name in ("api_key", "secret_key"):
        if is_blank(params.get(name)):
            raise missing(name)
    if (params["api_key"], params["secret_key"]) != (state.api_key, state.secret_key):
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Invalid API key or secret key")
    if state.switches.one_token:
        state.tokens.clear()
    token = "".join(state.rng.choices(_URL_SAFE, k=20))
    state.tokens[token] = state.clock.now() + _TOKEN_LIFE
    return {"token": token, "expires_at": utc_seconds(state.tokens[token])}


def check_token(state: WonoloState, params: Params) -> None:
    """Refuse with 401 unless the parameter `token` is a token that has not ended."""
    ends_at = state.tokens.get(str(params.get("token")))
    if ends_at is None or ends_at <= state.clock.now():
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Invalid or expired token")


def info(state: WonoloState, _params: Params) -> dict[str, Any]:
    """What runs where, and the time; needs no token."""
    return {
        "utc_time_now": state.shown_time().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "environment": "test",
        "rails_environment": "test",
        "rack_environment": "test",
        "release_version": "sandbox",
        "deploy": "sandbox",
    }
