"""Messages between people about requests and swaps, and mails to users (When I Work reference 7.11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.wheniwork.answers import forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, ids, text, whole
from sandbox.wheniwork.plain_calls import merged, of_account, removed, require
from sandbox.wheniwork.records import Record

_SUBJECTS = ("request_id", "swap_id", "conversation_id")
FIELDS: Mapping[str, Converter] = {**dict.fromkeys(_SUBJECTS, whole), **dict.fromkeys(("title", "content"), text)}


def list_messages(call: Call) -> dict[str, Any]:
    """`GET /2/messages`: of a `request_id`, `swap_id` or `conversation_id`; one of them is needed."""
    if not any(call.query.ids(name) for name in _SUBJECTS):
        raise invalid("One of request_id, swap_id and conversation_id is required.")
    return {"messages": [call.show(message) for message in of_account(call, "messages", _SUBJECTS)]}


def messages_about(call: Call, subject: str, records: Iterable[Record]) -> list[Record]:
    """The messages about records, which `subject` (`request_id` or `swap_id`) points to."""
    chosen = {record["id"] for record in records}
    return [call.show(one) for one in of_account(call, "messages") if one[subject] in chosen]


def get_message(call: Call) -> dict[str, Any]:
    """`GET /2/messages/{id}`."""
    return {"message": call.show(call.find("messages", call.path["id"]))}


def create_message(call: Call) -> dict[str, Any]:
    """`POST /2/messages`: the caller says something; `content` is needed."""
    fields = call.fields(FIELDS)
    require(fields, "content")
    return {"message": call.show(add_message(call, fields))}


def add_message(call: Call, fields: Mapping[str, Any]) -> Record:
    """Keep what the caller says."""
    return call.state.add("messages", {"account_id": call.account_id, "user_id": call.user["id"], **fields})


def update_message(call: Call) -> dict[str, Any]:
    """`PUT /2/messages/{id}`: a merge, of one's own or by a supervisor."""
    return {"message": call.show(merged(call, _own(call), call.fields(FIELDS)))}


def delete_message(call: Call) -> dict[str, Any]:
    """`DELETE /2/messages/{id}`: for good, one's own or by a supervisor."""
    return removed(call, "messages", _own(call))


def _own(call: Call) -> Record:
    message = call.find("messages", call.path["id"])
    if message["user_id"] != call.user["id"] and not call.is_supervisor:
        raise forbidden()
    return message


def send_mail(call: Call) -> list[Any]:
    """`POST /2/send`: a mail to the users in `ids`; an empty array is the answer."""
    call.require_supervisor()
    fields = call.fields({"ids": ids, "subject": text, "message": text})
    require(fields, "ids", "message")
    users = [call.find("users", user_id) for user_id in fields["ids"]]
    for user in users:
        mail = {"kind": "mail", "user_id": user["id"], "message": fields["message"]}
        call.state.sent.append({"at": call.state.now(), **mail})
    return []


PATHS: Handlers = {
    "/messages": {"GET": list_messages, "POST": create_message},
    "/messages/{id}": {"GET": get_message, "PUT": update_message, "DELETE": delete_message},
    "/send": {"POST": send_mail},
}
