"""Several calls in one request, deprecated since 2016 (When I Work reference 7.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.wheniwork.answers import ApiError, invalid
from sandbox.wheniwork.calls import Call, Handler, Handlers, Query

_PREFIXES = {"rest", "2"}


def over(paths: Handlers) -> Handler:
    """`POST /2/batch`: an array of {method, url, params}, answered by the array of bodies, which carry no statuses."""

    def batch(call: Call) -> list[Any]:
        if not isinstance(call.body, list):
            raise invalid("The body must be an array of requests.")
        return [_one(paths, call, item) for item in call.body]

    return batch


def _one(paths: Handlers, call: Call, item: Any) -> Any:
    try:
        return _call(paths, call, item)
    except ApiError as error:
        # Inside a batch an error has been seen as a bare message (When I Work reference 3.3).
        return {"message": error.text, "code": error.code}


def _call(paths: Handlers, call: Call, item: Any) -> Any:
    if not isinstance(item, Mapping):
        raise invalid("A request of a batch must be an object.")
    method, url = str(item.get("method", "get")).upper(), str(item.get("url", ""))
    path, variables = _found(paths, url)
    handler = paths[path].get(method)
    if handler is None:
        raise ApiError(405, "The method is not allowed here.", 405)
    params = item.get("params") or {}
    if method in {"GET", "DELETE"}:
        return handler(replace(call, path=variables, query=Query(_pairs(params)), body={}))
    return handler(replace(call, path=variables, query=Query(()), body=_as_created(call, path, params)))


def _as_created(call: Call, path: str, params: Any) -> Any:
    """The body; `published` had no effect in shifts created by a batch (When I Work reference 5.4)."""
    if path != "/shifts" or call.state.switches.batch_publishes or not isinstance(params, Mapping):
        return params
    return {name: value for name, value in params.items() if name != "published"}


def _pairs(params: Any) -> list[tuple[str, str]]:
    if not isinstance(params, Mapping):
        raise invalid("The params must be an object.")
    pairs = []
    for name, value in params.items():
        values = value if isinstance(value, list) else [value]
        pairs += [(str(name), str(one)) for one in values if one is not None]
    return pairs


def _found(paths: Handlers, url: str) -> tuple[str, dict[str, str]]:
    words = [word for word in url.partition("?")[0].split("/") if word]
    words = words[1:] if words and words[0] in _PREFIXES else words
    for path in sorted(paths, key=lambda path: path.replace("{", "~")):
        parts = path.strip("/").split("/")
        if len(parts) == len(words) and all(part in {word, "{id}"} for part, word in zip(parts, words, strict=True)):
            return path, dict(zip((part.strip("{}") for part in parts), words, strict=True))
    raise ApiError(404, "The requested resource could not be found.", 404)
