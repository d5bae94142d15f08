"""Every path of the sandbox's When I Work and what answers it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from sandbox.bodies import LARGEST_BODY, read_json
from sandbox.wheniwork import (
    account,
    annotations,
    approvals,
    availabilities,
    availability_events,
    batch,
    blocks,
    login,
    messages,
    payrolls,
    places,
    request_types,
    requests,
    shift_acts,
    shift_copy,
    shift_people,
    shifts,
    swaps,
    templates,
    times,
    user_lists,
    users,
)
from sandbox.wheniwork.answers import ApiError, answer, invalid
from sandbox.wheniwork.callers import acting_user, grant_of
from sandbox.wheniwork.calls import Call, Handler, Handlers, Query
from sandbox.wheniwork.dates import iso_dates
from sandbox.wheniwork.state import WhenIWorkState

LoginHandler = Callable[[WhenIWorkState, Request, Any], dict[str, Any]]
Responder = Callable[[Request, bytes], Any]
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

_SINGLE_PATHS: Handlers = {
    "/login": {"GET": login.current_users},
    **account.PATHS,
    **shifts.PATHS,
    **shift_acts.PATHS,
    **shift_copy.PATHS,
    **shift_people.PATHS,
    **users.PATHS,
    **user_lists.PATHS,
    **places.PATHS,
    **times.PATHS,
    **payrolls.PATHS,
    **blocks.PATHS,
    **templates.PATHS,
    **requests.PATHS,
    **request_types.PATHS,
    **swaps.PATHS,
    **approvals.PATHS,
    **availabilities.PATHS,
    **availability_events.PATHS,
    **annotations.PATHS,
    **messages.PATHS,
}
PATHS: Handlers = {**_SINGLE_PATHS, **user_lists.IMAGE_PATHS, "/batch": {"POST": batch.over(_SINGLE_PATHS)}}
LOGINS: Mapping[str, LoginHandler] = {"/2/login": login.legacy_login, "/login": login.new_login}
"""Where strangers send their credentials by POST, from the root of the host."""
_CREATED = {"/requests", "/requesttypes", "/swaps"}
"""Where a POST is documented to answer 201 (When I Work reference 3.2)."""


def routes(state: WhenIWorkState) -> APIRouter:
    """The v2 API, to be mounted at `/2`; every path answers with and without a trailing slash, never redirecting."""
    router = APIRouter()
    # Fixed paths before those with an id in the same place.
    for path in sorted(PATHS, key=lambda path: path.replace("{", "~")):
        decoded = _as_it_is if path in user_lists.IMAGE_PATHS else _decoded
        responders = {method: _for_users(state, handler, decoded) for method, handler in PATHS[path].items()}
        if path == "/login":
            responders["POST"] = _for_strangers(state, LOGINS["/2/login"])
        _add(router, path, _endpoint(state, responders, created=path in _CREATED))
    _add(router, "/{rest:path}", _endpoint(state, {}))
    return router


def login_routes(state: WhenIWorkState) -> APIRouter:
    """Today's login host, `POST /login`, to be mounted at the root."""
    router = APIRouter()
    _add(router, "/login", _endpoint(state, {"POST": _for_strangers(state, LOGINS["/login"])}))
    return router


def _add(router: APIRouter, path: str, endpoint: Endpoint) -> None:
    for spelling in (path, f"{path}/"):
        router.add_route(spelling, endpoint, methods=_METHODS, include_in_schema=False)


def _endpoint(state: WhenIWorkState, responders: Mapping[str, Responder], *, created: bool = False) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        # Some clients send a body with a GET; it means nothing (When I Work reference 3.1).
        raw = b"" if request.method == "GET" else await request.body()
        headers: dict[str, str] = {}
        try:
            _throttle(state, request, headers)
            _require_json(request)
            _require_small(raw)
            body = _responder(request, responders)(request, raw)
            status = state.switches.created_status if created and request.method == "POST" else 200
            return _printed(state, request, answer(body, status, headers))
        except ApiError as error:
            return answer(error.envelope(state.switches.error_shape), error.status, headers)

    return endpoint


def _printed(state: WhenIWorkState, request: Request, response: Response) -> Response:
    """The answer with its dates as ISO 8601 where the caller asks for that and the switch lets them."""
    asked = request.headers.get("w-date-format", "").lower() == "iso"
    if not asked or not state.switches.iso_dates_when_asked:
        return response
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    return answer(iso_dates(read_json(bytes(response.body))), response.status_code, kept)


def _require_json(request: Request) -> None:
    accepted = request.headers.get("accept", "").lower()
    if accepted and not any(word in accepted for word in ("json", "*/*", "application/*")):
        raise ApiError(406, "The requested format is not available.", 406)


def _require_small(raw: bytes) -> None:
    if len(raw) > LARGEST_BODY:
        raise ApiError(413, f"A body may have {LARGEST_BODY} bytes.", 413)


def _responder(request: Request, responders: Mapping[str, Responder]) -> Responder:
    if not responders:
        raise ApiError(404, "The requested resource could not be found.", 404)
    found = responders.get("GET" if request.method == "HEAD" else request.method)
    if found is None:
        raise ApiError(405, "The method is not allowed here.", 405)
    return found


def _for_strangers(state: WhenIWorkState, handler: LoginHandler) -> Responder:
    return lambda request, raw: handler(state, request, _decoded(raw))


def _for_users(state: WhenIWorkState, handler: Handler, decoded: Callable[[bytes], Any]) -> Responder:
    def respond(request: Request, raw: bytes) -> Any:
        try:
            user = acting_user(state, request, grant_of(state, request))
        except ApiError as error:
            raise _in_words(request, error) from error
        query = Query(request.query_params.multi_items())
        return handler(Call(state, user, state.zone_of(user), query, request.path_params, decoded(raw)))

    return respond


def _in_words(request: Request, error: ApiError) -> ApiError:
    # This one newer path has words for codes (When I Work reference 3.3).
    worded = error.status == 401 and request.scope["path"].rstrip("/").endswith("/positions/bulk")
    return ApiError(401, error.text, "UNAUTHORIZED") if worded else error


def _throttle(state: WhenIWorkState, request: Request, headers: dict[str, str]) -> None:
    limit = state.switches.rate_limit_per_minute
    if limit <= 0:
        return
    grant = grant_of(state, request)
    address = request.client.host if request.client else ""
    headers["W-Limit-Remaining"] = "0"
    who = f"login {grant.login_id}" if grant else f"address {address}"
    headers["W-Limit-Remaining"] = str(state.throttle.take(who, limit, state.switches.throttle_status))


def _as_it_is(raw: bytes) -> bytes:
    return raw


def _decoded(raw: bytes) -> Any:
    # Clients send JSON without a Content-Type, and curl's --data calls it a form (When I Work reference 3.1).
    try:
        return read_json(raw)
    except ValueError as error:
        raise invalid(str(error)) from error
