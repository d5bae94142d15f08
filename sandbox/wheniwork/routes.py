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
from sandbox.wheniwork.calls import Call, Query
from sandbox.wheniwork.state import WhenIWorkState

Handler = Callable[[Call], dict[str, Any]]
LoginHandler = Callable[[WhenIWorkState, Request, Any], dict[str, Any]]
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

_PATHS: Mapping[str, Mapping[str, Handler]] = {
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
    for path, handlers in _ordered(_PATHS):
        logins = {"POST": login.legacy_login} if path == "/login" else {}
        _add(router, path, _endpoint(state, handlers, logins))
    _add(router, "/{rest:path}", _endpoint(state, None, {}))
    return router


def login_routes(state: WhenIWorkState) -> APIRouter:
    """Today's login host, `POST /login`, to be mounted at the root."""
    router = APIRouter()
    _add(router, "/login", _endpoint(state, {}, {"POST": login.new_login}))
    return router


def _ordered(paths: Mapping[str, Mapping[str, Handler]]) -> list[tuple[str, Mapping[str, Handler]]]:
    """Fixed paths before those with an id in the same place."""
    return sorted(paths.items(), key=lambda item: item[0].replace("{", "~"))


def _add(router: APIRouter, path: str, endpoint: Endpoint) -> None:
    for spelling in (path, f"{path}/"):
        router.add_route(spelling, endpoint, methods=_METHODS, include_in_schema=False)


def _endpoint(
    state: WhenIWorkState, handlers: Mapping[str, Handler] | None, logins: Mapping[str, LoginHandler]
) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raw = b"" if request.method == "GET" else await request.body()
        headers: dict[str, str] = {}
        try:
            _throttle(state, request, headers)
            return answer(_handled(state, request, raw, (handlers, logins)), headers=headers)
        except ApiError as error:
            return answer(error.envelope(), error.status, headers)

    return endpoint


def _handled(
    state: WhenIWorkState,
    request: Request,
    raw: bytes,
    choice: tuple[Mapping[str, Handler] | None, Mapping[str, LoginHandler]],
) -> dict[str, Any]:
    handlers, logins = choice
    method = "GET" if request.method == "HEAD" else request.method
    if method in logins:
        return logins[method](state, request, _decoded(raw))
    if handlers is None:
        raise ApiError(404, "The requested resource could not be found.", 404)
    if method not in handlers:
        raise ApiError(405, "The method is not allowed here.", 405)
    user = acting_user(state, request, grant_of(state, request))
    query = Query(request.query_params.multi_items())
    call = Call(state, user, state.zone_of(user), query, request.path_params, _decoded(raw))
    return handlers[method](call)


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
