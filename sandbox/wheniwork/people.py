"""What people do in When I Work's own application, by name, for whoever plays them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork import approvals, roster
from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.calls import not_found
from sandbox.wheniwork.fields import Setting
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_fields import read_new_shift, read_shift_update
from sandbox.wheniwork.state import WhenIWorkState


def manager_creates_shift(state: WhenIWorkState, fields: Mapping[str, Any]) -> Record:
    """An admin creates a shift from wire fields (times as text or aware datetimes); `published` true shows it."""
    admin = state.admin()
    ready = read_new_shift(state, fields, _setting(state, admin), admin["account_id"])
    return roster.add_shift(state, ready, admin["id"])


def manager_edits_shift(state: WhenIWorkState, shift_id: int, fields: Mapping[str, Any]) -> Record:
    """An admin merges wire fields into a shift."""
    admin, shift = state.admin(), _shift(state, shift_id)
    ready = read_shift_update(state, fields, _setting(state, admin), shift)
    return roster.edit_shift(state, shift, ready, admin["id"])


def manager_deletes_shift(state: WhenIWorkState, shift_id: int) -> Record:
    """An admin deletes a shift; returns it as it was."""
    shift = _shift(state, shift_id)
    roster.remove_shift(state, shift, state.admin()["id"])
    return shift


def manager_publishes(state: WhenIWorkState, shift_id: int) -> Record:
    """An admin publishes a shift."""
    shift = _shift(state, shift_id)
    roster.publish_shift(state, shift, state.admin()["id"])
    return shift


def manager_assigns(state: WhenIWorkState, shift_id: int, user_id: int) -> Record:
    """An admin gives one instance of an OpenShift to a user; returns the shift that is held now."""
    return _give(state, shift_id, user_id, state.admin()["id"], "assign")


def employee_takes(state: WhenIWorkState, shift_id: int, user_id: int) -> Record:
    """A user takes one instance of an OpenShift; returns the shift that is held now.

    Where the OpenShift needs an approval the user only asks for it; the OpenShift is returned.
    """
    shift = state.shifts.get(shift_id)
    if shift and shift["is_open"] and shift["requires_openshift_approval"] and user_id in state.users:
        approvals.ask(state, shift, user_id)
        return shift
    return _give(state, shift_id, user_id, user_id, "take")


def employee_releases(state: WhenIWorkState, shift_id: int) -> Record:
    """The holder gives up a shift, which becomes an OpenShift of one instance."""
    shift = _shift(state, shift_id)
    if shift["is_open"]:
        raise invalid("Nobody holds the shift.")
    roster.open_up(state, shift, shift["user_id"])
    return shift


def _give(state: WhenIWorkState, shift_id: int, user_id: int, actor_id: int, reason: str) -> Record:
    stack, user = _shift(state, shift_id), state.users.get(user_id)
    if user is None or user["is_deleted"]:
        raise not_found(state, "users")
    if not stack["is_open"]:
        raise invalid("The shift is not open.")
    held, _rest = roster.take_slot(state, stack, user_id, actor_id, reason)
    return held


def _shift(state: WhenIWorkState, shift_id: int) -> Record:
    shift = state.shifts.get(shift_id)
    if shift is None:
        raise not_found(state, "shifts")
    return shift


def _setting(state: WhenIWorkState, user: Record) -> Setting:
    return Setting(state.zone_of(user), state.now())
