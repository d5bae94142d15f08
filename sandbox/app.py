"""Both APIs and the control API as one ASGI application over one world."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from sandbox import control
from sandbox.courier import Courier
from sandbox.gate import Gate
from sandbox.wheniwork import routes as wheniwork
from sandbox.wonolo import routes as wonolo
from sandbox.world import World

_PAGES: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": "/_sandbox/openapi.json"}


def create_app(world: World) -> FastAPI:
    """Compose the application: `/api_v2` is Wonolo, `/2` and `/login` are When I Work, `/_sandbox` is control."""
    app = FastAPI(title="Sandbox of Wonolo and When I Work", redirect_slashes=False, **_PAGES)
    courier = Courier(world)
    app.include_router(control.routes(world, courier), prefix="/_sandbox")
    app.include_router(wonolo.routes(world.wonolo), prefix="/api_v2")
    app.include_router(wheniwork.routes(world.wheniwork), prefix="/2")
    app.include_router(wheniwork.login_routes(world.wheniwork))
    app.add_middleware(Gate, world=world, courier=courier)
    return app
