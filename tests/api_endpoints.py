"""Every endpoint of both APIs: the client method that calls it, with arguments, and what the engine uses it for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SOME = {"name": "x"}
NINE, FIVE = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (9, 17))


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; {id} in its path is 7 where `arguments` are tried.

    `method` is what the client sends; `also` are other methods and spellings of paths that the API has for the same.
    """

    method: str
    path: str
    client: str
    arguments: tuple[Any, ...]
    purpose: str
    also: tuple[str, ...] = ()


NOT_NEEDED = "nothing yet: "
BY_ITSELF = "by itself"
"""The client method of what each first call brings about."""


def _all(path: str, client: str, purpose: str, listed: str, one: tuple[str, ...] = ()) -> tuple[Endpoint, ...]:
    """The five usual endpoints of a collection of When I Work; `one` are other spellings of a record's path."""
    single = f"{path}/{{id}}"
    return (
        Endpoint("GET", path, f"{client}.list", (), listed),
        Endpoint("GET", single, f"{client}.get", (7,), purpose, tuple(f"GET {spelled}" for spelled in one)),
        Endpoint("POST", path, f"{client}.create", (SOME,), purpose),
        Endpoint("PUT", single, f"{client}.update", (7, SOME), purpose),
        Endpoint("DELETE", single, f"{client}.delete", (7,), purpose, tuple(f"DELETE {spelled}" for spelled in one)),
    )


_STAFF = NOT_NEEDED + "staffing asks for no badge; those of a worker are their own"
_CUSTOMERS = NOT_NEEDED + "a pair is one company, and its places come from the configuration"
_TALK = NOT_NEEDED + "people talk in the apps; the engine says nothing in their name"
_DAYS = NOT_NEEDED + "each day is a demand of its own"
_SHAPE = NOT_NEEDED + "its shape is not known, and no decision may hang on it"

WONOLO: tuple[Endpoint, ...] = (
    Endpoint("POST", "/authenticate", BY_ITSELF, ("x",), "logs in, and again before the token ends"),
    Endpoint("GET", "/info", "info", (), "the service's clock, and that it is up"),
    Endpoint("GET", "/job_requests", "job_requests", (), "reads what changed since the last poll"),
    Endpoint("POST", "/job_requests", "create_job_request", (SOME,), "posts a demand that When I Work has alone"),
    Endpoint("GET", "/job_requests/{id}", "job_request", (7,), "reads again before and after a write"),
    Endpoint("PATCH", "/job_requests/{id}", "update_job_request", (7, SOME), "moves, resizes and cancels a demand"),
    Endpoint("GET", "/job_requests/{id}/rankings", "rankings", (7,), _SHAPE),
    Endpoint(
        "POST",
        "/job_requests/{id}/resend_notifications",
        "resend_notifications",
        (7,),
        NOT_NEEDED + "Wonolo tells its workers by itself, and each call tells them again",
    ),
    Endpoint(
        "POST",
        "/job_requests/{id}/re_rank_workers",
        "re_rank_workers",
        (7,),
        NOT_NEEDED + "Wonolo ranks by itself",
    ),
    Endpoint("GET", "/jobs", "jobs", (), "reads who accepted, withdrew, worked since the last poll"),
    Endpoint("POST", "/jobs", "create_job", (SOME,), NOT_NEEDED + "its parameters are not known; assign is used"),
    Endpoint("POST", "/jobs/assign", "assign_job", (1, 2), "seats the worker whom a manager gave an open shift"),
    Endpoint("GET", "/jobs/{id}", "job", (7,), "reads again before and after a write"),
    Endpoint(
        "PATCH",
        "/jobs/{id}",
        "update_job",
        (7, SOME),
        "cancels the seat of a worker whom a manager removed, and carries over hours that were edited in When I Work",
    ),
    Endpoint("GET", "/messages", "messages", (), _TALK),
    Endpoint("POST", "/messages", "create_message", (SOME,), _TALK),
    Endpoint("GET", "/messages/{id}", "message", (7,), _TALK),
    Endpoint("POST", "/multi_day_job_requests", "create_multi_day_job_request", (SOME,), _DAYS),
    Endpoint("PATCH", "/multi_day_job_requests/{id}", "update_multi_day_job_request", (7, SOME), _DAYS),
    Endpoint("GET", "/multi_day_job_requests/{id}", "multi_day_job_request", (7,), _DAYS),
    Endpoint("GET", "/search", "search", (), _SHAPE),
    Endpoint("GET", "/users", "users", (), "reads workers, to match them with users of When I Work"),
    Endpoint("POST", "/users", "create_user", (SOME,), NOT_NEEDED + "workers come from Wonolo, never from us"),
    Endpoint("POST", "/users/invite", "invite_user", (SOME,), NOT_NEEDED + "workers come from Wonolo, never from us"),
    Endpoint("GET", "/users/{id}", "user", (7,), "reads a worker that somebody said has changed"),
    Endpoint("PATCH", "/users/{id}", "update_user", (7, SOME), NOT_NEEDED + "workers keep their own data", ("PUT",)),
    Endpoint("GET", "/users/{id}/tracking", "tracking", (7,), NOT_NEEDED + "where a worker is, is nobody's business"),
    Endpoint("POST", "/sync_auth_token", "sync_auth_token", (SOME,), _SHAPE),
    Endpoint("GET", "/badges", "badges", (), _STAFF),
    Endpoint("POST", "/badges", "create_badge", (SOME,), _STAFF),
    Endpoint("GET", "/badges/{id}", "badge", (7,), _STAFF),
    Endpoint("PATCH", "/badges/{id}", "update_badge", (7, SOME), _STAFF),
    Endpoint("DELETE", "/badges/{id}", "delete_badge", (7,), _STAFF),
    Endpoint("GET", "/customers", "customers", (), _CUSTOMERS),
    Endpoint("POST", "/customers", "create_customer", (SOME,), _CUSTOMERS),
    Endpoint("GET", "/customers/exists", "customer_exists", ("x",), _CUSTOMERS),
    Endpoint("GET", "/customers/{id}", "customer", (7,), _CUSTOMERS),
    Endpoint("PATCH", "/customers/{id}", "update_customer", (7, SOME), _CUSTOMERS, ("PUT",)),
)

_PLACES = NOT_NEEDED + "places and skills are made by people; the configuration ties them"
_ONE_BY_ONE = NOT_NEEDED + "each change is one write, so that its outcome is known"
_MANAGERS = NOT_NEEDED + "it is for managers and staff"
_PAY = NOT_NEEDED + "pay is settled in Wonolo"
_CLOCK = NOT_NEEDED + "workers clock in and out by themselves"
_ABSENCE = NOT_NEEDED + "Wonolo's workers say there when they can work"

_TOLD = NOT_NEEDED + "each call tells people again; Wonolo tells its workers"

SHIFTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/shifts", "shifts", (NINE, FIVE), "reads the window whole at each poll"),
    Endpoint("POST", "/shifts", "create_shift", (SOME,), "opens the seats of a demand that Wonolo has alone"),
    Endpoint("GET", "/shifts/{id}", "shift", (7,), "reads again before and after a write, and confirms a deletion"),
    Endpoint("PUT", "/shifts/{id}", "update_shift", (7, SOME), "moves a shift, and seats a worker"),
    Endpoint("DELETE", "/shifts/{id}", "delete_shift", (7,), "removes the seats of a cancelled demand"),
    Endpoint("DELETE", "/shifts", "delete_shifts", ([7],), _ONE_BY_ONE),
    Endpoint("PUT", "/shifts/bulk", "update_shifts", ([SOME],), _ONE_BY_ONE),
    Endpoint("POST", "/shifts/publish", "publish", ([7],), "where publishing on creation had no effect"),
    Endpoint("POST", "/shifts/unpublish", "unpublish", ([7],), _MANAGERS),
    Endpoint("POST", "/shifts/notify", "notify", (NINE, FIVE), _TOLD),
    Endpoint("POST", "/shifts/notify/{id}", "notify_shift", (7,), _TOLD),
    Endpoint("POST", "/shifts/{id}/assign", "assign", (7, [3]), NOT_NEEDED + "the update of a shift seats a worker"),
    Endpoint("POST", "/shifts/unassign", "unassign", ([7],), NOT_NEEDED + "the update of a shift frees a seat"),
    Endpoint("POST", "/shifts/acknowledge", "acknowledge", ([7], NINE), _MANAGERS),
    Endpoint("POST", "/shifts/copy", "copy_shifts", (NINE, FIVE), _MANAGERS),
    Endpoint("GET", "/shifts/{id}/history", "history", (7,), "who changed a shift, for `history --ask`"),
    Endpoint(
        "GET", "/shifts/count", "count_shifts", (NINE, FIVE), NOT_NEEDED + "the echo of a listing proves it whole"
    ),
    Endpoint("GET", "/shifts/labor", "labor", (NINE, FIVE), _PAY),
    Endpoint("GET", "/shifts/eligible", "eligible_users", (), _MANAGERS),
    Endpoint("GET", "/shifts/{id}/swapusers", "swap_users", (7,), _MANAGERS),
)

PEOPLE: tuple[Endpoint, ...] = (
    Endpoint("POST", "/login", BY_ITSELF, (), "logs in, and again before the token ends"),
    Endpoint("GET", "/login", "own_users", (), "finds the user who acts, and their role"),
    Endpoint("GET", "/account", "account", (), "checks that it is the account meant, before any write"),
    Endpoint("POST", "/account", "create_account", (SOME,), _MANAGERS),
    Endpoint("PUT", "/account/{id}", "update_account", (7, SOME), _MANAGERS),
    Endpoint("GET", "/timezones", "timezones", (), NOT_NEEDED + "the account names its zone"),
    Endpoint("GET", "/plans", "plans", (), _MANAGERS),
    Endpoint("POST", "/send", "send_mail", ([7], "s", "m"), _TALK),
    Endpoint("POST", "/batch", "batch", ([SOME],), NOT_NEEDED + "it is deprecated, and its answers lack statuses"),
    Endpoint("GET", "/users", "users.list", (), "reads users, to match them with Wonolo's workers"),
    Endpoint("GET", "/users/{id}", "users.get", (7,), "reads again before and after a write"),
    Endpoint("POST", "/users", "users.create", (SOME,), "adds a worker whom When I Work does not know, uninvited"),
    Endpoint("PUT", "/users/{id}", "users.update", (7, SOME), "marks a user as the Wonolo worker they are"),
    Endpoint("DELETE", "/users/{id}", "users.delete", (7,), NOT_NEEDED + "people are removed by people"),
    Endpoint("POST", "/users/bulkupdate", "users.create_many", ([SOME],), _ONE_BY_ONE),
    Endpoint("POST", "/users/invite", "users.invite_many", (SOME,), _TALK),
    Endpoint("POST", "/users/invite/{id}", "users.invite", (7,), _TALK),
    Endpoint("POST", "/users/avatar/{id}", "users.set_avatar", (7, b"x"), _MANAGERS),
    Endpoint("GET", "/users/profile", "users.profile", (), _MANAGERS),
    Endpoint("GET", "/users/alerts", "users.alerts", (), _MANAGERS),
    Endpoint("PUT", "/users/alerts", "users.update_alerts", (SOME,), _MANAGERS),
    *_all("/availabilities", "availabilities", _ABSENCE, _ABSENCE),
    Endpoint("GET", "/availabilities/items", "availabilities.items", (), _ABSENCE),
    *_all("/availabilityevents", "availability_events", _ABSENCE, _ABSENCE),
    Endpoint("POST", "/availabilityevents/{id}/exceptions", "availability_events.add_exception", (7, SOME), _ABSENCE),
    *_all("/requests", "requests", _ABSENCE, "approved time off of workers: nobody is seated over it"),
    Endpoint("GET", "/requesttypes", "requests.types", (), _ABSENCE),
    Endpoint("POST", "/requesttypes", "requests.create_type", (SOME,), _ABSENCE),
    *_all("/swaps", "swaps", _MANAGERS, "a pending swap or drop of a shift that is to be written", ("/swap/{id}",)),
    Endpoint("GET", "/openshiftapprovalrequests", "approval_requests.list", (), _MANAGERS),
    Endpoint("GET", "/openshiftapprovalrequests/{id}", "approval_requests.get", (7,), _MANAGERS),
    Endpoint("PUT", "/openshiftapprovalrequests/{id}", "approval_requests.update", (7, SOME), _MANAGERS),
    Endpoint("DELETE", "/openshiftapprovalrequests/{id}", "approval_requests.delete", (7,), _MANAGERS),
    Endpoint(
        "DELETE",
        "/openshiftapprovarequests/{id}/user-requests",
        "approval_requests.withdraw",
        (7,),
        _MANAGERS,
        ("DELETE /openshiftapprovalrequests/{id}/user-requests",),
    ),
)

PLACES: tuple[Endpoint, ...] = (
    *_all("/positions", "positions", _PLACES, "reads skills"),
    Endpoint("PUT", "/positions/bulk", "positions.update_many", ([SOME],), _PLACES),
    Endpoint("DELETE", "/positions", "positions.delete_many", ([7],), _PLACES),
    *_all("/locations", "locations", _PLACES, "reads places"),
    *_all("/sites", "sites", _PLACES, "reads places"),
    *_all("/blocks", "blocks", _MANAGERS, _MANAGERS, ("/block/{id}",)),
    *_all("/templates", "templates", _MANAGERS, _MANAGERS, ("/template/{id}",)),
    *_all("/annotations", "annotations", _MANAGERS, _MANAGERS),
    *_all("/messages", "messages", _TALK, _TALK),
    Endpoint("GET", "/times", "times.list", (), "reads the hours of Wonolo's workers of the last days"),
    Endpoint("GET", "/times/{id}", "times.get", (7,), "reads again before and after a write, and confirms a deletion"),
    Endpoint("POST", "/times", "times.create", (SOME,), "enters the hours of a Job whose work is over"),
    Endpoint("PUT", "/times/{id}", "times.update", (7, SOME), "carries over hours and approvals of Wonolo"),
    Endpoint("DELETE", "/times/{id}", "times.delete", (7,), NOT_NEEDED + "hours are deleted by people"),
    Endpoint("GET", "/times/user/{id}", "times.of_user", (7,), _CLOCK),
    Endpoint("POST", "/times/clockin", "times.clock_in", (SOME,), _CLOCK),
    Endpoint("POST", "/times/clockout", "times.clock_out", (SOME,), _CLOCK),
    Endpoint("GET", "/payrolls", "payrolls.list", (), "reads which periods are over, as nothing is written to them"),
    Endpoint("GET", "/payrolls/{id}", "payrolls.get", (7,), _PAY),
    Endpoint("PUT", "/payrolls/{id}", "payrolls.update", (7, SOME), _PAY),
)

WHENIWORK = SHIFTS + PEOPLE + PLACES
LOGIN_HOST = (Endpoint("POST", "/login", BY_ITSELF, (), "logs in where `login_url` names the host of today"),)
