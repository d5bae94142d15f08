"""What webhooks give reason to read again, whatever their shape, and which of them are doubles."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.model import System
from sync.intake.parts import PARTS
from sync.intake.webhooks import Hint, read_hint

DAY, MINUTES = timedelta(days=1), timedelta(minutes=10)

Ids = st.one_of(st.none(), st.integers(), st.text(), st.integers().map(str), st.floats(), st.booleans())
Json = st.recursive(
    Ids,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["job", "job_request", "job_request_id", "id", "slots", "resource", "type", "events",
                                 "uuid", "data", "shiftId", "userId", "timeId"]),
                st.text(max_size=3),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip
Batches = st.lists(Json, max_size=3).map(lambda events: {"events": events})


def hint(system: System, content: Any, **headers: str) -> Hint:
    """What a body of this content gives reason to read."""
    return read_hint(system, msgspec.json.encode(content), {name.replace("_", "-"): headers[name] for name in headers})


def event(kind: str, **data: Any) -> dict[str, Any]:
    """An event of When I Work without an id of its own."""
    return {"type": kind, "data": data}


@pytest.mark.parametrize(
    ("content", "records"),
    [
        ({"job": {"id": 7, "job_request_id": 3, "state": "filled"}}, [("job", 7)]),
        ({"job_request": {"id": 3, "slots": 2}}, [("job_request", 3)]),
        ({"job_request": {"id": "3"}, "job": {"id": 7}}, [("job_request", 3), ("job", 7)]),
        ({"id": 7, "job_request_id": 3, "state": "filled"}, [("job", 7)]),
        ({"id": 3, "slots": 2, "state": "posted"}, [("job_request", 3)]),
        ({"resource": "job", "id": 7, "state": "filled"}, [("job", 7)]),
        ({"resource": "job_request", "id": 3}, [("job_request", 3)]),
        ({"resource": "gadget", "type": "JobRequest", "id": 3}, [("job_request", 3)]),
        ({"type": "Job", "id": "7", "job_request_id": 3}, [("job", 7)]),
        ({"type": "job_requests.posted", "id": 3}, [("job_request", 3)]),
        ({"type": "jobs::filled", "id": 2**63 - 1}, [("job", 2**63 - 1)]),
    ],
)
def test_a_webhook_of_wonolo_names_a_record(content: Any, records: list[Any]) -> None:
    """Its shape is not known, so each that is likely is understood (Wonolo reference 11)."""
    assert hint("wonolo", content) == Hint(tuple(records), (), hint("wonolo", content).event, MINUTES, "known")


@pytest.mark.parametrize(
    "content",
    [{"gadget": {"id": 1}}, {"id": 3, "state": "posted"}, {"job": {"state": "filled"}}, {"job": 7}, {"job": None},
     {"job": {"id": 0}}, {"job": {"id": -7}}, {"job": {"id": True}}, {"job": {"id": 7.0}}, {"job": {"id": 2**63}},
     {"job": {"id": "7 "}}, {"job": {"id": "\u0667"}}, {"job": {"id": "9" * 5000}}, {"job": {"id": [7]}},
     {"resource": {"job": 1}, "id": 7}, {"resource": "", "id": 7}, {"resource": "jobless", "id": 7}, {}, [], 7, None,
     "job", [{"job": {"id": 7}}]],
)  # fmt: skip
def test_what_wonolo_says_in_an_unknown_way_has_its_requests_read(content: Any) -> None:
    """No id is guessed."""
    found = hint("wonolo", content)
    assert (found.records, found.parts, found.shape) == ((), ("requests",), "unknown")


@pytest.mark.parametrize(
    ("events", "records", "parts"),
    [
        ([event("shifts::updated", shiftId="12"), event("shifts::deleted", shiftId=11)],
         [("shift", 12), ("shift", 11)], []),
        ([event("shifts::created", shiftId="12"), event("shifts::updated", shiftId="12")], [("shift", 12)], []),
        ([event("users::invited", userId="5")], [("user", 5)], []),
        ([event("times::updated", timeId="9", shiftId="12")], [("time", 9)], []),
        ([event("requests::created", requestId="1"), event("swaps::updated")], [], ["time_off"]),
        ([event("sites::updated"), event("positions::created"), event("locations::deleted")], [], ["places"]),
        ([event("payrolls::closed"), event("shifts::updated", shiftId="12")], [("shift", 12)], ["hours"]),
        ([event("shifts", shiftId="12")], [("shift", 12)], []),
        ([], [], []),
    ],
)  # fmt: skip
def test_a_batch_of_when_i_work_names_records_and_parts(
    events: list[Any], records: list[Any], parts: list[str]
) -> None:
    """Records that can be read by id, and the parts of the others (When I Work reference 9.1)."""
    found = hint("wheniwork", {"events": events})
    assert found == Hint(tuple(records), tuple(parts), found.event, MINUTES, "known")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "records", "parts"),
    [
        ({"events": [event("gadgets::polished", gadgetId="1")]}, [], ["soon", "later"]),
        ({"events": [event("gadgets::polished"), event("users::updated", userId=5)]}, [("user", 5)], ["soon", "later"]),
        ({"events": [event("users::updated", id=5)]}, [], ["soon", "people", "later"]),
        ({"events": [event("times::updated", timeId="")]}, [], ["soon", "hours", "later"]),
        ({"events": [{"type": "shifts::updated", "data": None}]}, [], ["soon", "later"]),
        ({"events": [None, 1, "shifts::updated", []]}, [], ["soon", "later"]),
        ({"events": {"type": "shifts::updated"}}, [], ["soon", "later"]),
        ({"event": event("shifts::updated", shiftId=1)}, [], ["soon", "later"]),
        ({"events": [{"type": ["shifts"], "data": {"shiftId": 1}}]}, [], ["soon", "later"]),
        ([], [], ["soon", "later"]),
        (None, [], ["soon", "later"]),
    ],
)  # fmt: skip
def test_what_when_i_work_says_in_an_unknown_way_has_its_shifts_read(
    content: Any, records: list[Any], parts: list[str]
) -> None:
    """Beside what of it is understood."""
    found = hint("wheniwork", content)
    assert found == Hint(tuple(records), tuple(parts), found.event, MINUTES, "unknown")  # type: ignore[arg-type]


def test_a_batch_of_too_many_records_has_their_parts_read() -> None:
    """Five hundred are read by id, one more is not."""
    shifts = [event("shifts::updated", shiftId=str(number)) for number in range(1, 501)]
    assert len(hint("wheniwork", {"events": shifts}).records) == 500
    more = hint("wheniwork", {"events": [*shifts, event("users::updated", userId="5")]})
    assert (more.records, more.parts, more.shape) == ((), ("soon", "people", "later"), "known")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"job": {"id": 7}', b'{"job": {"id": 7}} {}', b"\xff\xfe", b"<html></html>", b"job=7", b'"\\ud800"',
     b'{"job": {"id": %s}}' % (b"9" * 5000), b'{"a": 1e999}', b"]" * 100 + b"[" * 100, b'{"a": "[[', b"NaN"],
)  # fmt: skip
def test_what_is_no_json_has_the_nearest_parts_read(body: bytes) -> None:
    """It was signed by the service, so something has happened there."""
    for system, parts in (("wonolo", ("requests",)), ("wheniwork", ("soon", "later"))):
        found = read_hint(system, body, {"X-Webhook-Id": "one"})  # type: ignore[arg-type]
        event = f"body:{hashlib.sha256(body).hexdigest()}"
        assert found == Hint((), parts, event, MINUTES, "malformed")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("around", "depth", "shape"),
    [(b"[]", 63, "known"), (b"[]", 64, "malformed"), (b"[]", 300_000, "malformed"), (b'{"[":}', 300, "malformed")],
)
def test_what_is_nested_too_deeply_is_not_decoded(around: bytes, depth: int, shape: str) -> None:
    """At 64 levels it ends, long before the decoder would."""
    opened, closed = around[:-1] * depth, around[-1:] * depth
    found = read_hint("wonolo", b'{"job":{"id":7},"deeper":%snull%s}' % (opened, closed), {})
    assert found.shape == shape


def test_brackets_within_text_are_no_depth() -> None:
    """However the text ends."""
    content = {"job": {"id": 7, "note": '[{"\\' * 100 + "\\"}, '"[' * 100: "]" * 100}
    assert hint("wonolo", content).records == (("job", 7),)


def test_doubles_of_wonolo_have_the_same_body() -> None:
    """It is told apart from news for ten minutes: Wonolo comes again within seven (Wonolo reference 11)."""
    one, other = hint("wonolo", {"job": {"id": 7}}, X_Webhook_Id="a"), hint("wonolo", {"job": {"id": 7}})
    assert (one.event, one.fresh) == (other.event, MINUTES)
    assert one.event != hint("wonolo", {"job": {"id": 8}}).event


def test_doubles_of_when_i_work_have_the_same_events() -> None:
    """In whatever order and under whatever id: the signature covers the body alone."""
    first, second = ({"uuid": uuid, **event("shifts::updated", shiftId="12")} for uuid in ("u1", "u2"))
    one = hint("wheniwork", {"events": [first, second]}, X_Webhook_Id="a")
    again = hint("wheniwork", {"events": [second | {"sentAt": "later"}, first]}, X_Webhook_Id="b")
    assert (again.event, again.fresh) == (one.event, DAY)
    assert hint("wheniwork", {"events": [first]}, X_Webhook_Id="a").event != one.event


def test_where_events_have_no_ids_the_batch_has_one() -> None:
    """In its headers, in any case; without one the body counts."""
    events = {"events": [{"uuid": "u1", **event("shifts::updated", shiftId="12")}, event("users::updated", userId=5)]}
    one = hint("wheniwork", events, X_Webhook_Id="a")
    assert one.fresh == DAY
    assert hint("wheniwork", {"events": []}, x_webhook_id="a").event == one.event
    assert hint("wheniwork", events, X_Webhook_Id="b").event != one.event
    assert (hint("wheniwork", events).fresh, hint("wheniwork", events).event[:5]) == (MINUTES, "body:")


@given(
    st.sampled_from(["wonolo", "wheniwork"]),
    st.one_of(st.binary(), st.one_of(Json, Batches).map(msgspec.json.encode)),
    st.dictionaries(st.one_of(st.just("X-Webhook-Id"), st.text(st.characters())), st.text(st.characters())),
)  # fmt: skip
def test_any_bytes_make_a_hint(system: System, body: bytes, headers: dict[str, str]) -> None:
    """Of ids that the database can hold and of parts that there are; what is not understood has something read."""
    found = read_hint(system, body, headers)
    assert all(0 < number < 2**63 for _, number in found.records)
    assert set(found.parts) <= set(PARTS)
    assert found.shape == "known" or found.parts
    assert len(found.event) < 80
    assert found.event.isascii()
    assert found == read_hint(system, body, headers)
