"""Both APIs and the control API as one ASGI application over one world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from sandbox import control
from sandbox.courier import Courier
from sandbox.gate import Gate, system_of
from sandbox.wheniwork import routes as wheniwork
from sandbox.wheniwork.answers import ApiError
from sandbox.wonolo import routes as wonolo
from sandbox.wonolo.refusal import Refusal
from sandbox.world import World

_PAGES: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": "/_sandbox/openapi.json"}


def create_app(world: World) -> FastAPI:
    """Compose the application: `/api_v2` is Wonolo, `/2` and `/login` are When I Work, `/_sandbox` is control."""
    courier = Courier(world)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        courier.start()  # webhooks may be aimed before anybody has asked for anything
        yield

    app = FastAPI(title="Sandbox of Wonolo and When I Work", redirect_slashes=False, lifespan=lifespan, **_PAGES)
    app.include_router(control.routes(world, courier), prefix="/_sandbox")
    app.include_router(wonolo.routes(world.wonolo), prefix="/api_v2")
    app.include_router(wheniwork.routes(world.wheniwork), prefix="/2")
    app.include_router(wheniwork.login_routes(world.wheniwork))
    app.add_middleware(Gate, world=world, courier=courier)

    async def refuse(request: Request, error: HTTPException) -> Response:
        body = msgspec.json.encode(_refusal(world, request.scope["path"], error))
        return Response(body, error.status_code, media_type="application/json")

    app.exception_handlers[HTTPException] = refuse
    return app


def _refusal(world: World, path: str, error: HTTPException) -> dict[str, Any]:
    """The body, in the API's own shape, for what no route answers: an unheard-of method, a prefix alone."""
    system = system_of(path)
    if system == "wonolo":
        return Refusal(HTTPStatus(error.status_code), error.detail).body(world.wonolo.switches.error_shape)
    if system == "wheniwork":
        return ApiError(error.status_code, error.detail, error.status_code).envelope()
    return {"error": error.detail}
