"""Every path of the sandbox's When I Work and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sandbox.wheniwork import account, login, places, shift_acts, shifts, times, users
from sandbox.wheniwork.answers import ApiError, answer, invalid
from sandbox.wheniwork.callers import acting_user, grant_of
from sandbox.wheniwork.calls import Call, Handlers, Query
from sandbox.wheniwork.state import WhenIWorkState

LoginHandler = Callable[[WhenIWorkState, Request, Any], dict[str, Any]]
Responder = Callable[[Request, bytes], dict[str, Any]]
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

_PATHS: Handlers = {
    "/login": {"GET": login.current_users},
    **account.PATHS,
    **shifts.PATHS,
    **shift_acts.PATHS,
    **users.PATHS,
    **places.PATHS,
    **times.PATHS,
}


def routes(state: WhenIWorkState) -> APIRouter:
    """The v2 API, to be mounted at `/2`; every path answers with and without a trailing slash, never redirecting."""
    router = APIRouter()
    # Fixed paths before those with an id in the same place.
    for path in sorted(_PATHS, key=lambda path: path.replace("{", "~")):
        responders = {method: _for_users(state, handler) for method, handler in _PATHS[path].items()}
        if path == "/login":
            responders["POST"] = _for_strangers(state, login.legacy_login)
        _add(router, path, _endpoint(state, responders))
    _add(router, "/{rest:path}", _endpoint(state, {}))
    return router


def login_routes(state: WhenIWorkState) -> APIRouter:
    """Today's login host, `POST /login`, to be mounted at the root."""
    router = APIRouter()
    _add(router, "/login", _endpoint(state, {"POST": _for_strangers(state, login.new_login)}))
    return router


def _add(router: APIRouter, path: str, endpoint: Endpoint) -> None:
    for spelling in (path, f"{path}/"):
        router.add_route(spelling, endpoint, methods=_METHODS, include_in_schema=False)


def _endpoint(state: WhenIWorkState, responders: Mapping[str, Responder]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        # Some clients send a body with a GET; it means nothing (When I Work reference 3.1).
        raw = b"" if request.method == "GET" else await request.body()
        headers: dict[str, str] = {}
        try:
            _throttle(state, request, headers)
            return answer(_responder(request, responders)(request, raw), headers=headers)
        except ApiError as error:
            return answer(error.envelope(), error.status, headers)

    return endpoint


def _responder(request: Request, responders: Mapping[str, Responder]) -> Responder:
    if not responders:
        raise ApiError(404, "The requested resource could not be found.", 404)
    found = responders.get("GET" if request.method == "HEAD" else request.method)
    if found is None:
        raise ApiError(405, "The method is not allowed here.", 405)
    return found


def _for_strangers(state: WhenIWorkState, handler: LoginHandler) -> Responder:
    return lambda request, raw: handler(state, request, _decoded(raw))


def _for_users(state: WhenIWorkState, handler: Callable[[Call], dict[str, Any]]) -> Responder:
    def respond(request: Request, raw: bytes) -> dict[str, Any]:
        user = acting_user(state, request, grant_of(state, request))
        query = Query(request.query_params.multi_items())
        return handler(Call(state, user, state.zone_of(user), query, request.path_params, _decoded(raw)))

    return respond


def _throttle(state: WhenIWorkState, request: Request, headers: dict[str, str]) -> None:
    limit = state.switches.rate_limit_per_minute
    if limit <= 0:
        return
    grant = grant_of(state, request)
    address = request.client.host if request.client else ""
    headers["W-Limit-Remaining"] = "0"
    who = f"login {grant.login_id}" if grant else f"address {address}"
    headers["W-Limit-Remaining"] = str(state.throttle.take(who, limit, state.switches.throttle_status))


def _decoded(raw: bytes) -> Any:
    # Clients send JSON without a Content-Type, and curl's --data calls it a form (When I Work reference 3.1).
    if not raw.strip():
        return {}
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise invalid("The body is not valid JSON.") from error
