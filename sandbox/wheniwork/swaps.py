"""Swaps, drops and alerts: users give shifts to one another (When I Work reference 7.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork import roster
from sandbox.wheniwork.answers import forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, ids, whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.messages import messages_about
from sandbox.wheniwork.plain_calls import both_spellings, merged, of_account, page_of, removed, require
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_view import shift_view
from sandbox.wheniwork.sideloads import related, shown, single, without_empty

PENDING, APPROVED, DECLINED, COMPLETED, CANCELED, EXPIRED = range(6)
SWAP = 1
USUAL_LIMIT, MOST = 10, 200
FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("shift_id", "type", "status"), whole),
    **dict.fromkeys(("shifts", "users"), ids),
}


def list_swaps(call: Call) -> dict[str, Any]:
    """`GET /2/swaps`: in pages of 10 from 1; filters are open_only, user_id, shift_id, status, type, start and end."""
    rows = [one for one in of_account(call, "swaps", ("user_id", "shift_id", "type")) if _wanted(call, one)]
    found, page = page_of(call, rows, USUAL_LIMIT, MOST, call.state.switches.swaps_first_page)
    return {"swaps": [_view(call, one) for one in found], **_related(call, found), **page}


def _wanted(call: Call, swap: Record) -> bool:
    status, statuses = _view(call, swap)["status"], call.query.ids("status")
    start, end, shift = call.moment("start"), call.moment("end"), call.state.shifts.get(swap["shift_id"])
    if (start is None) != (end is None):
        raise invalid("The parameters start and end belong together.")
    inside = start is None or end is None or _overlaps(shift, start.instant, end_of(call, end))
    return (
        _may_read(call, swap)
        and inside
        and (statuses is None or status in statuses)
        and (status in {PENDING, APPROVED} or not call.query.flag("open_only"))
    )


def _overlaps(shift: Record | None, start: Any, end: Any) -> bool:
    return shift is not None and bool(shift["start_time"] < end and shift["end_time"] > start)


def _may_read(call: Call, swap: Record) -> bool:
    own = call.user["id"]
    return call.is_supervisor or swap["user_id"] == own or any(one["user_id"] == own for one in swap["statuses"])


def readable_swaps(call: Call) -> list[Record]:
    """The swaps that the caller may see, as the caller reads them."""
    return [_view(call, swap) for swap in of_account(call, "swaps") if _may_read(call, swap)]


def _view(call: Call, swap: Record) -> Record:
    """The swap with what the caller may do to it next; one left open until its shift begins has expired."""
    shift = call.state.shifts.get(swap["shift_id"])
    over = swap["status"] in {PENDING, APPROVED} and (shift is None or shift["start_time"] < call.state.now())
    status = EXPIRED if over else swap["status"]
    mine = next((one["status"] for one in swap["statuses"] if one["user_id"] == call.user["id"]), status)
    allowed = _steps(call, swap) if status in {PENDING, APPROVED} else []
    more = {"user_status": mine, "allowed_statuses": allowed, "actionable": bool(allowed)}
    return call.show({**swap, "status": status, **more})


def _steps(call: Call, swap: Record) -> list[int]:
    asked = swap["status"] == PENDING and any(one["user_id"] == call.user["id"] for one in swap["statuses"])
    answers = [APPROVED, DECLINED] if asked else []
    grants = [COMPLETED] if call.is_supervisor and swap["accepted_id"] else []
    cancels = [CANCELED] if call.is_supervisor or swap["user_id"] == call.user["id"] else []
    return answers + grants + cancels


def _related(call: Call, found: list[Record]) -> dict[str, Any]:
    numbers = dict.fromkeys(i for one in found for i in (one["shift_id"], *_offered(one)))
    rows = [call.state.shifts[number] for number in numbers if number in call.state.shifts]
    people = dict.fromkeys(i for one in found for i in (one["user_id"], *(s["user_id"] for s in one["statuses"])))
    shifts, users = list(map(shift_view(call), rows)), shown(call, "users", people)
    loaded = {"messages": messages_about(call, "swap_id", found), "shifts": shifts, "users": users}
    return without_empty({**related(call, rows), **loaded})


def _offered(swap: Record) -> list[int]:
    return [one["shift_id"] for one in swap["statuses"] if one["shift_id"]]


def get_swap(call: Call) -> dict[str, Any]:
    """`GET /2/swaps/{id}`: under `swap`, and as the samples have it in a list under `swaps`."""
    return _answer(call, _find(call))


def _answer(call: Call, swap: Record) -> dict[str, Any]:
    return {**single(call, "swaps", _view(call, swap)), **_related(call, [swap])}


def _find(call: Call) -> Record:
    swap = call.find("swaps", call.path["id"])
    if not _may_read(call, swap):
        raise not_found(call.state, "swaps")
    return swap


def create_swap(call: Call) -> dict[str, Any]:
    """`POST /2/swaps` {shift_id, type, shifts, users}: one's own shift, or anybody's by a supervisor; answers 201.

    A swap (type 1) asks for the `shifts` of others in return; a drop (2) and an alert (3) go to `users`.
    """
    fields = call.fields(FIELDS)
    require(fields, "shift_id")
    shift, kind = call.find("shifts", fields["shift_id"]), fields.get("type", SWAP)
    if kind not in {1, 2, 3} or shift["is_open"]:
        raise invalid("That shift cannot be given away like this.")
    if shift["user_id"] != call.user["id"]:
        call.require_supervisor()
    people = {"user_id": shift["user_id"], "creator_id": call.user["id"], "account_id": call.account_id}
    where = {"shift_id": shift["id"], "location_id": shift["location_id"]}
    swap = call.state.add("swaps", {**people, **where, "type": kind, "statuses": _asked(call, kind, fields)})
    return _answer(call, swap)


def _asked(call: Call, kind: int, fields: Mapping[str, Any]) -> list[Record]:
    offered = [call.find("shifts", shift_id) for shift_id in fields.get("shifts", ())] if kind == SWAP else []
    if offered:
        return [{"user_id": one["user_id"], "status": PENDING, "shift_id": one["id"]} for one in offered]
    users = [call.find("users", user_id) for user_id in fields.get("users", ())]
    return [{"user_id": user["id"], "status": PENDING, "shift_id": 0} for user in users]


def update_swap(call: Call) -> dict[str, Any]:
    """`PUT /2/swaps/{id}` with a `status`: who is asked approves or declines, a supervisor completes.

    Completing hands the shift over, and the shift offered in return. Who began it, or a supervisor, may cancel.
    """
    swap, status = _find(call), call.fields(FIELDS).get("status")
    if status is None or status == swap["status"]:
        return _answer(call, swap)
    if status not in range(6):
        raise invalid("The status is invalid.")
    if status not in _view(call, swap)["allowed_statuses"]:
        raise forbidden()
    _ACTS[status](call, swap)
    merged(call, swap, {"updater_id": call.user["id"]})
    return _answer(call, swap)


def _own_entry(call: Call, swap: Record, status: int) -> Record:
    entry: Record = next(one for one in swap["statuses"] if one["user_id"] == call.user["id"])
    entry["status"] = status
    return entry


def _approve(call: Call, swap: Record) -> None:
    _own_entry(call, swap, APPROVED)
    swap.update(status=APPROVED, accepted_id=call.user["id"])


def _decline(call: Call, swap: Record) -> None:
    _own_entry(call, swap, DECLINED)
    if all(one["status"] == DECLINED for one in swap["statuses"]):
        swap["status"] = DECLINED


def _complete(call: Call, swap: Record) -> None:
    taken = call.state.shifts[swap["shift_id"]]
    entry = next(one for one in swap["statuses"] if one["user_id"] == swap["accepted_id"])
    returned = call.state.shifts.get(entry["shift_id"])
    if returned:
        roster.edit_shift(call.state, returned, {"user_id": swap["user_id"]}, call.user["id"])
    roster.edit_shift(call.state, taken, {"user_id": swap["accepted_id"]}, call.user["id"])
    swap.update(status=COMPLETED, completed_at=call.state.now())


def _cancel(call: Call, swap: Record) -> None:
    swap.update(status=CANCELED, canceled_id=call.user["id"])


_ACTS = {APPROVED: _approve, DECLINED: _decline, COMPLETED: _complete, CANCELED: _cancel}


def delete_swap(call: Call) -> dict[str, Any]:
    """`DELETE /2/swaps/{id}`, in the samples `/2/swap/{id}`: by who began it, or a supervisor."""
    swap = _find(call)
    if swap["user_id"] != call.user["id"]:
        call.require_supervisor()
    return removed(call, "swaps", swap)


PATHS: Handlers = both_spellings(
    "swaps",
    "swap",
    {
        "": {"GET": list_swaps, "POST": create_swap},
        "/{id}": {"GET": get_swap, "PUT": update_swap, "DELETE": delete_swap},
    },
)
