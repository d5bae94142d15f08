"""Who is calling: the token in any of its places, and the user it acts as (When I Work reference 2.4 and 2.5)."""

from __future__ import annotations

from starlette.requests import Request

from sandbox.wheniwork.answers import forbidden, login_required
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.state import WhenIWorkState
from sandbox.wheniwork.tokens import Grant


def token_of(request: Request) -> str:
    """The token from the header W-Token, Authorization with or without Bearer, the cookie or the query, or ""."""
    authorization = request.headers.get("authorization", "")
    bearer = authorization[7:] if authorization[:7].lower() == "bearer " else authorization
    places = (request.headers.get("w-token"), bearer, request.cookies.get("W-Token"), _from_query(request))
    return next((token.strip() for token in places if token), "")


def _from_query(request: Request) -> str | None:
    return next((value for name, value in request.query_params.items() if name.lower() == "w-token"), None)


def grant_of(state: WhenIWorkState, request: Request) -> Grant | None:
    """What the request's token is good for, or None when there is no token in force."""
    return state.tokens.grant(token_of(request), state.now())


def users_of(state: WhenIWorkState, login_id: int) -> list[Record]:
    """A login's users, one for each account, without those deleted."""
    return [user for user in state.users.values() if user["login_id"] == login_id and not user["is_deleted"]]


def acting_user(state: WhenIWorkState, request: Request, grant: Grant | None) -> Record:
    """The user who acts: the one named by W-UserId, the token's own, or the login's first.

    Raises 401 code 1000 without a good token, and 403 for a user of somebody else or outside the token's account.
    """
    if grant is None:
        raise login_required()
    own = [user for user in users_of(state, grant.login_id) if grant.user_id in {None, user["id"]}]
    if not own:
        raise login_required()
    # Also spelled W-UserID; header names do not care.
    wanted = request.headers.get("w-userid", "").strip()
    if not wanted:
        return own[0]
    chosen = next((user for user in own if str(user["id"]) == wanted), None)
    if chosen is None:
        raise forbidden("The user of W-UserId does not belong to this login.")
    return chosen
