"""The control API under `/_sandbox/`: state, time, acts, requests, faults, switches, reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from sandbox.courier import Courier
from sandbox.faults import Rule
from sandbox.people import ImpossibleActError, UnknownActError, live, perform
from sandbox.targets import Target
from sandbox.wheniwork import operations as wheniwork_operations
from sandbox.wonolo import operations as wonolo_operations
from sandbox.world import Beginning, World

_MOST_ACTS = 10_000
_MOST_MINUTES = 10 * 366 * 24 * 60
_TRUE = ("1", "true", "yes", "on")

Answer = Callable[[World, dict[str, Any], Request], Any]


def routes(world: World, courier: Courier) -> APIRouter:
    """The control routes over a world, to be included under `/_sandbox`; what they set off is delivered at once."""
    router = APIRouter(tags=["control"])
    for method, path, answer in _ROUTES:
        endpoint = _endpoint(world, courier, answer)
        router.add_api_route(path, endpoint, methods=[method], name=f"{method} {path}", description=answer.__doc__)
    return router


def _endpoint(world: World, courier: Courier, answer: Answer) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            answered = answer(world, _object(await request.body()), request)
            if request.method == "POST" and world.webhooks.targets:
                await courier.deliver()
            courier.start()
            return _json(answered)
        except ImpossibleActError as error:
            return _json({"error": str(error)}, 409)
        except (ValueError, msgspec.MsgspecError, UnknownActError) as error:
            return _json({"error": str(error)}, 400)

    return endpoint


def _object(body: bytes) -> dict[str, Any]:
    decoded = msgspec.json.decode(body) if body.strip() else {}
    if not isinstance(decoded, dict):
        raise ValueError("The body must be a JSON object.")  # noqa: TRY004 - the caller's value, not our type
    return decoded


def _json(answer: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")


def _state(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """Both services, whole."""
    world.catch_up()
    return world.snapshot()


def _clock(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """The present instant of the world."""
    return {"now": world.clock.now().isoformat()}


def _advance(world: World, body: dict[str, Any], request: Request) -> Any:
    """Move the clock by `minutes` and `hours`, or `to` an ISO instant with an offset."""
    world.advance(_distance(world, body))
    return _clock(world, body, request)


def _distance(world: World, body: dict[str, Any]) -> timedelta:
    if unknown := set(body) - {"minutes", "hours", "to"}:
        raise ValueError(f"Advancing takes minutes, hours or to, not {', '.join(sorted(unknown))}.")
    if "to" in body:
        minutes = (_instant(body["to"]) - world.clock.now()).total_seconds() / 60
    else:
        steps = msgspec.convert({"minutes": 0, "hours": 0} | body, dict[str, float])
        minutes = steps["minutes"] + 60 * steps["hours"]
    if abs(minutes) > _MOST_MINUTES:
        raise ValueError("The clock advances by ten years at most.")
    return timedelta(minutes=minutes)


def _instant(value: Any) -> datetime:
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError("An instant needs an offset, as 2026-03-02T08:00:00-06:00.")
    return found


def _act(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Let the act `name` happen with the other fields as arguments; `life` lets `acts` random ones happen."""
    world.catch_up()
    arguments = dict(body)
    name = str(arguments.pop("name", ""))
    if name != "life":
        return perform(world, name, arguments)
    acts = msgspec.convert(arguments.pop("acts", 10), int)
    if arguments or not 0 <= acts <= _MOST_ACTS:
        raise ValueError(f"Life takes acts, from 0 to {_MOST_ACTS}.")
    return {"happened": live(world, acts)}


def _requests(world: World, _body: dict[str, Any], request: Request) -> Any:
    """Requests received by both APIs after the number `since`; `writes=true` leaves out those that only read."""
    since = int(request.query_params.get("since", "0"))
    writes = request.query_params.get("writes", "").lower() in _TRUE
    return {"requests": [received.as_json() for received in world.requests.since(since, writes=writes)]}


def _clear_requests(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """Forget the requests received; the numbers go on."""
    world.requests.clear()
    return {"requests": []}


def _faults(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """The rules in force."""
    return {"faults": msgspec.to_builtins(world.faults.rules)}


def _add_fault(world: World, body: dict[str, Any], request: Request) -> Any:
    """Put one more rule in force."""
    world.faults.add(msgspec.convert(body, Rule))
    return _faults(world, body, request)


def _clear_faults(world: World, body: dict[str, Any], request: Request) -> Any:
    """Take every rule away."""
    world.faults.clear()
    return _faults(world, body, request)


def _wonolo_document(_world: World, _body: dict[str, Any], _request: Request) -> Any:
    """Wonolo's routes as OpenAPI."""
    return wonolo_operations.document()


def _wheniwork_document(_world: World, _body: dict[str, Any], _request: Request) -> Any:
    """When I Work's routes as OpenAPI."""
    return wheniwork_operations.document()


def _switches(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """The switches of both services."""
    return {"wonolo": asdict(world.wonolo.switches), "wheniwork": asdict(world.wheniwork.switches)}


def _change_switches(world: World, body: dict[str, Any], request: Request) -> Any:
    """Change switches, given by service and name."""
    change = {"wonolo": world.wonolo.switches.change, "wheniwork": world.wheniwork.switches.change}
    changes = msgspec.convert(body, dict[str, dict[str, Any]])
    if unknown := set(changes) - set(change):
        raise ValueError(f"There is no service {', '.join(sorted(unknown))}; there are wheniwork and wonolo.")
    for system, values in changes.items():
        change[system](values)
    return _switches(world, body, request)


def _webhooks(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """Where webhooks go, and the calls made, with every attempt."""
    targets = [msgspec.to_builtins(target) | {"secret": "***"} for target in world.webhooks.targets.values()]
    return {"targets": targets, "deliveries": [delivery.as_json() for delivery in world.webhooks.log]}


def _aim_webhooks(world: World, body: dict[str, Any], request: Request) -> Any:
    """Send a service's webhooks to a loopback address."""
    world.aim_webhooks(msgspec.convert(body, Target))
    return _webhooks(world, body, request)


def _stop_webhooks(world: World, body: dict[str, Any], request: Request) -> Any:
    """Send no more webhooks, and forget those that went."""
    world.stop_webhooks()
    return _webhooks(world, body, request)


def _reset(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Begin again; `seed`, `demands`, `posted`, `filled` and `start` replace those of the last beginning."""
    given = dict(body)
    if given.get("start") is not None:
        given["start"] = _instant(given["start"])
    known = asdict(world.beginning)
    if unknown := set(given) - set(known):
        raise ValueError(f"A beginning has {', '.join(known)}, not {', '.join(sorted(unknown))}.")
    world.reset(msgspec.convert({**known, **given}, Beginning))
    return msgspec.to_builtins(world.beginning) | {"now": world.clock.now().isoformat()}


_ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/state", _state),
    ("GET", "/clock", _clock),
    ("POST", "/advance", _advance),
    ("POST", "/act", _act),
    ("GET", "/requests", _requests),
    ("DELETE", "/requests", _clear_requests),
    ("GET", "/faults", _faults),
    ("POST", "/faults", _add_fault),
    ("DELETE", "/faults", _clear_faults),
    ("GET", "/switches", _switches),
    ("POST", "/switches", _change_switches),
    ("GET", "/webhooks", _webhooks),
    ("POST", "/webhooks", _aim_webhooks),
    ("DELETE", "/webhooks", _stop_webhooks),
    ("POST", "/reset", _reset),
    ("GET", "/openapi/wonolo.json", _wonolo_document),
    ("GET", "/openapi/wheniwork.json", _wheniwork_document),
)
