"""The routes of Wonolo's API, each a plain function of the state and the parameters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from sandbox.wonolo import auth, badges, customers, job_requests, jobs, messages, multi_day, rankings, search, users
from sandbox.wonolo.params import Params
from sandbox.wonolo.refusal import Refusal, not_found
from sandbox.wonolo.spellings import spelled
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.styles import fields_by_style, read_by_style

Handler = Callable[[WonoloState, Params], dict[str, Any]]

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/authenticate", auth.authenticate),
    ("GET", "/info", auth.info),
    ("GET", "/job_requests", job_requests.list_job_requests),
    ("POST", "/job_requests", job_requests.create_job_request),
    ("GET", "/job_requests/{id}", job_requests.get_job_request),
    ("PATCH", "/job_requests/{id}", job_requests.update_job_request),
    ("GET", "/job_requests/{id}/rankings", rankings.list_rankings),
    ("POST", "/job_requests/{id}/resend_notifications", rankings.resend_notifications),
    ("POST", "/job_requests/{id}/re_rank_workers", rankings.re_rank_workers),
    ("GET", "/jobs", jobs.list_jobs),
    ("POST", "/jobs", jobs.assign_job),
    ("POST", "/jobs/assign", jobs.assign_job),
    ("GET", "/jobs/{id}", jobs.get_job),
    ("PATCH", "/jobs/{id}", jobs.update_job),
    ("GET", "/messages", messages.list_messages),
    ("POST", "/messages", messages.create_message),
    ("GET", "/messages/{id}", messages.get_message),
    ("POST", "/multi_day_job_requests", multi_day.create_multi_day_job_request),
    ("GET", "/multi_day_job_requests/{id}", multi_day.get_multi_day_job_request),
    ("PATCH", "/multi_day_job_requests/{id}", multi_day.update_multi_day_job_request),
    ("GET", "/search", search.search),
    ("GET", "/users", users.list_users),
    ("POST", "/users", users.create_user),
    ("POST", "/users/invite", users.invite_user),
    ("GET", "/users/{id}", users.get_user),
    ("GET", "/users/{id}/tracking", users.track_user),
    ("POST", "/sync_auth_token", users.sync_auth_token),
    ("PUT", "/users/{id}", users.update_user),
    ("PATCH", "/users/{id}", users.update_user),
    ("GET", "/badges", badges.list_badges),
    ("POST", "/badges", badges.create_badge),
    ("GET", "/badges/{id}", badges.get_badge),
    ("PATCH", "/badges/{id}", badges.update_badge),
    ("DELETE", "/badges/{id}", badges.delete_badge),
    ("GET", "/customers", customers.list_customers),
    ("POST", "/customers", customers.create_customer),
    ("GET", "/customers/exists", customers.customer_exists),
    ("GET", "/customers/{id}", customers.get_customer),
    ("PUT", "/customers/{id}", customers.update_customer),
    ("PATCH", "/customers/{id}", customers.update_customer),
)
_WITHOUT_TOKEN = (auth.authenticate, auth.info)
_CREATES_NOTHING = (
    auth.authenticate,
    rankings.resend_notifications,
    rankings.re_rank_workers,
    users.sync_auth_token,
)
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def routes(state: WonoloState) -> APIRouter:
    """All routes over the state, to be included under `/api_v2`."""
    router = APIRouter(tags=["wonolo"])
    for method, path, handler in ROUTES:
        endpoint = _endpoint(state, handler)
        router.add_api_route(
            path, endpoint, methods=[method], name=f"wonolo {method} {path}", description=handler.__doc__
        )
    router.add_api_route("/{path:path}", _endpoint(state, _unknown), methods=_EVERY_METHOD, include_in_schema=False)
    return router


def _unknown(_state: WonoloState, _params: Params) -> dict[str, Any]:
    raise not_found()


def _endpoint(state: WonoloState, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            params = read_by_style(
                state.switches,
                request.method,
                request.scope["query_string"].decode("latin-1"),
                request.headers.get("content-type", ""),
                await request.body(),
            )
            if handler not in _WITHOUT_TOKEN:
                auth.check_token(state, params)
                params = fields_by_style(state.switches, request.method, params)
            answer = handler(state, params | _path_id(request))
            created = request.method == "POST" and handler not in _CREATES_NOTHING
            return _json(spelled(state.switches, answer), state.switches.created_status if created else HTTPStatus.OK)
        except Refusal as refusal:
            return _json(refusal.body(state.switches.error_shape), _status(state, handler, refusal))

    return endpoint


def _status(state: WonoloState, handler: Handler, refusal: Refusal) -> int:
    """The status of a refusal; those of what is missing and of what is invalid are guesses (Wonolo reference 12)."""
    if refusal.status == HTTPStatus.NOT_FOUND and handler is not _unknown:
        return state.switches.missing_status
    invalid = refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY and handler is not auth.authenticate
    return state.switches.invalid_status if invalid else refusal.status


def _path_id(request: Request) -> Params:
    spelled = request.path_params.get("id")
    if spelled is None:
        return {}
    return {"id": int(spelled) if spelled.isascii() and spelled.isdigit() and len(spelled) < 19 else spelled}


def _json(answer: Any, status: int) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json; charset=utf-8")
