"""Where a request's parameters are looked for: everywhere, or by switch in one place (Wonolo reference 14)."""

from __future__ import annotations

from sandbox.wonolo.params import Params, is_json, read_params
from sandbox.wonolo.switches import Switches

_WITHOUT_BODY = ("GET", "DELETE")


def read_by_style(switches: Switches, method: str, query: str, content_type: str, body: bytes) -> Params:
    """The parameters of a request, its token among them, without what came in a style that is switched off."""
    if switches.body_in != "either" and is_json(content_type, body) is not (switches.body_in == "json"):
        body = b""
    params = read_params(query, content_type, body)
    if switches.auth_in == "query":
        params["token"] = read_params(query, "", b"").get("token")
    elif switches.auth_in == "body" and method not in _WITHOUT_BODY:
        params["token"] = read_params("", content_type, body).get("token")
    return params


def fields_by_style(switches: Switches, method: str, params: Params) -> Params:
    """The fields of a write without those that stand where they are not looked for."""
    style = switches.fields_in
    if style == "either" or method == "GET":
        return params
    return {name: value for name, value in params.items() if isinstance(value, dict) is (style == "nested")}
