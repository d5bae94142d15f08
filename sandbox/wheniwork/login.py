"""The two logins: `POST /2/login` with its answers of several ages, and `POST /login` of today's login host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from sandbox.wheniwork.answers import KEY_INVALID, ApiError, login_required
from sandbox.wheniwork.callers import users_of
from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.records import Record, rendered
from sandbox.wheniwork.state import DEVELOPER_KEY, WhenIWorkState

MFA_CODE = "000000"
"""What a person would read off their telephone."""


def legacy_login(state: WhenIWorkState, request: Request, body: Any) -> dict[str, Any]:
    """`POST /2/login`: `username` or `email`, `password`, and the key as W-Key or `key` (When I Work reference 2.2)."""
    given = _given(body)
    _check_key(request.headers.get("w-key") or given.get("key"))
    login = _find_login(state, given.get("username") or given.get("email"), given.get("password"))
    if login is None:
        raise login_required("Invalid username or password.")
    _note_login(state, login)
    return _legacy_answer(state, login)


def new_login(state: WhenIWorkState, request: Request, body: Any) -> dict[str, Any]:
    """`POST /login`: W-Key, `email` and `password` for a person and a JSON Web Token (When I Work reference 2.3)."""
    given = _given(body)
    _check_key(request.headers.get("w-key"))
    login = _find_login(state, given.get("email"), given.get("password"))
    if login is None:
        raise ApiError(401, "Invalid email or password.", "UNAUTHORIZED")
    if state.switches.mfa and given.get("code") != MFA_CODE:
        raise ApiError(401, "A code is required.", "MFA_CODE_REQUIRED", {"data": {"mfa_token": f"mfa-{login['id']}"}})
    _note_login(state, login)
    person = {name: login[name] for name in ("id", "email", "first_name", "last_name")}
    token = {"token": state.tokens.issue_jwt(login["id"], login["email"], state.now())}
    shapes: dict[str, dict[str, Any]] = {"top": {"person": person, **token}, "person": {"person": {**person, **token}}}
    return shapes.get(state.switches.jwt_at, {"person": person, "data": token})


def current_users(call: Call) -> dict[str, Any]:
    """`GET /2/login`: the users and accounts of whoever the token belongs to."""
    login = call.state.logins[call.user["login_id"]]
    users = users_of(call.state, login["id"])
    accounts = [call.state.accounts[user["account_id"]] for user in users]
    return {
        "login": call.show(_public(login)),
        "users": [call.show(user) for user in users],
        "accounts": [call.show(account) for account in accounts],
    }


def _given(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise login_required("Invalid username or password.")
    return body


def _check_key(key: Any) -> None:
    if key != DEVELOPER_KEY:
        raise ApiError(401, "The developer key is missing or invalid.", KEY_INVALID)


def _find_login(state: WhenIWorkState, email: Any, password: Any) -> Record | None:
    wanted = str(email).strip().lower()
    found = (one for one in state.logins.values() if one["email"].lower() == wanted and one["password"] == password)
    return next((login for login in found if users_of(state, login["id"])), None)


def _note_login(state: WhenIWorkState, login: Record) -> None:
    for user in users_of(state, login["id"]):
        user["last_login"] = state.now()


def _public(login: Record) -> Record:
    return {name: value for name, value in login.items() if name != "password"}


def _legacy_answer(state: WhenIWorkState, login: Record) -> dict[str, Any]:
    users = users_of(state, login["id"])
    zone = state.zone_of(users[0])
    shown = [{**rendered(user, zone), "token": state.tokens.issue(login["id"], user["id"])} for user in users]
    if state.switches.login_shape == "seed":
        names = ("id", "first_name", "last_name", "email", "phone_number", "token")
        return {"users": [{name: user[name] for name in names} for user in shown], "accounts": []}
    accounts = [rendered(state.accounts[user["account_id"]], zone) for user in users]
    token = state.tokens.issue(login["id"])
    found = {"login": {**rendered(_public(login), zone), "token": token}, "token": token}
    several = {"users": shown, "accounts": accounts}
    one = {"user": shown[0], "account": accounts[0]} if len(users) == 1 else {}
    if state.switches.login_shape == "current":
        return {**found, **(one or several)}
    return {**found, **one, **several}
