"""The OpenAPI documents of the two APIs: nothing that the routes know is missing, and nothing is left over."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

from sandbox.wheniwork import operations as wheniwork_operations
from sandbox.wheniwork import routes as wheniwork_routes
from sandbox.wonolo import operations as wonolo_operations
from sandbox.wonolo import routes as wonolo_routes
from sandbox.world import build_world
from tests.sandbox_both import DOCUMENTS, ROUTES
from tests.sandbox_control import Control

PACKAGE = Path(wheniwork_routes.__file__).parent


def _described(system: str) -> set[tuple[str, str]]:
    return {(method, path) for found, method, path in ROUTES if found == system}


def test_every_route_of_wonolo_is_described() -> None:
    """With its method, and no other."""
    router = wonolo_routes.routes(build_world(seed=1, demands=0).wonolo)
    served = {
        (method, f"/api_v2{route.path}")
        for route in router.routes
        if isinstance(route, Route) and ":path" not in route.path
        for method in route.methods or ()
    }
    assert _described("wonolo") == served


def test_every_route_of_when_i_work_is_described() -> None:
    """Those of both hosts, in one spelling each."""
    served = {(method, f"/2{path}") for path, handlers in wheniwork_routes.PATHS.items() for method in handlers}
    logins = {("POST", path) for path in wheniwork_routes.LOGINS}
    assert _described("wheniwork") == served | logins
    state = build_world(seed=1, demands=0).wheniwork
    router = wheniwork_routes.routes(state)
    paths = {f"/2{route.path.rstrip('/')}" for route in router.routes if isinstance(route, Route)}
    assert {path for path in paths if ":path" not in path} == {path for _, path in _described("wheniwork")} - {"/login"}


def test_no_declaration_outlives_its_route() -> None:
    """Queries and bodies are declared for routes that exist."""
    for system, prefix, operations in (
        ("wonolo", "/api_v2", wonolo_operations),
        ("wheniwork", "/2", wheniwork_operations),
    ):
        ways = {f"{method} {path.removeprefix(prefix)}" for method, path in _described(system)}
        assert set(operations.QUERIES) - ways == set()
        assert set(operations.BODIES) - ways == set()


def test_every_name_that_is_read_from_a_query_is_described() -> None:
    """The source says which: `call.query.flag("deleted")`, `call.moment("start")`."""
    reads = re.compile(r'(?:query\.(?:text|texts|flag|ids)|call\.moment)\("(\w+)"')
    read = {name for path in PACKAGE.glob("*.py") for name in reads.findall(path.read_text(encoding="utf-8"))}
    described = {
        parameter["name"]
        for methods in DOCUMENTS["wheniwork"]["paths"].values()
        for operation in methods.values()
        for parameter in operation["parameters"]
    }
    assert len(read) > 30
    assert read - described == set()


def test_the_documents_are_served() -> None:
    """As OpenAPI 3.1, each under its service's name."""
    control = Control()
    for system, document in DOCUMENTS.items():
        served = control.get(f"/openapi/{system}.json")
        assert served == document
        assert served["openapi"] == "3.1.0"
