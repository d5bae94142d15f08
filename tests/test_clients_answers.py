"""What an answer means: records, or which error."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from sync.errors import (
    InvalidResponse,
    OutcomeUnknown,
    Rejected,
)
from tests.scripted import Answer, said
from tests.scripted_api import PAGE, build, failure


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (said(PAGE), "200: expected JSON, got an HTML page"),
        (said("gone fishing"), "200: expected JSON, got text"),
        (said({}, 301), "301: a redirect, which is never followed: check the base URL"),
    ],
)
async def test_a_read_that_gets_something_else_than_json_is_invalid(answer: Answer, message: str) -> None:
    """A page of a proxy is not taken for data."""
    api, scripted, _ = build(answer)
    async with api:
        error = await failure(api)
    assert (type(error), len(scripted.requests)) == (InvalidResponse, 1)
    assert str(error) == f"wheniwork: GET /shifts: {message}"


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"error": "No shift found", "code": 4005}, 4005, "No shift found (code 4005)"),
        (
            {"error": {"code": "INVALID_BODY", "title": "Bad"}},
            "INVALID_BODY",
            "code: INVALID_BODY; title: Bad (code INVALID_BODY)",
        ),
        ({"errors": ["a", "b"]}, None, "a; b"),
        ({"errors": {"zip": ["is missing"], "city": ["is odd"]}}, None, "zip: is missing; city: is odd"),
        ({"message": "no", "code": {"odd": 1}}, None, "no"),
        (["no"], None, "no reason given"),
        ({"error": "x" * 500}, None, "x" * 200),
        ({"error": "ada@mail.example and +15550100123 are taken"}, None, "[redacted] and [redacted] are taken"),
    ],
)
async def test_the_reason_is_found_in_every_known_shape(body: object, code: int | str | None, text: str) -> None:
    """Both APIs' shapes, short and without contact data."""
    api, _, _ = build(said(body, 422))
    async with api:
        error = await failure(api)
    assert isinstance(error, Rejected)
    assert (error.code, error.message) == (code, text)


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (said({"error": "No shift found", "code": 4005}, 404), True),
        (said({"error": "No shift found", "code": 4005}, 400), True),
        (said({}, 410), True),
        (said("", 404), True),
        (said({"error": "bad", "code": 2000}, 400), False),
        (said({}, 422), False),
        (said(PAGE, 404), False),
    ],
)
async def test_only_the_api_itself_can_say_that_a_record_is_gone(answer: Answer, gone: bool) -> None:  # noqa: FBT001 - pytest passes the table's cells so
    """A proxy's 404 page proves no deletion."""
    api, _, _ = build(answer)
    async with api:
        error = await failure(api, "DELETE")
    assert isinstance(error, Rejected)
    assert error.gone is gone


@pytest.mark.parametrize(
    "body", [{"shift": {"id": 1}}, {"data": {"id": 1}}, {"id": 1}, {"shift": [{"id": 1}]}, [{"id": 1}]]
)
async def test_one_record_is_found_in_every_envelope(body: object) -> None:
    """Wrapped, under `data`, bare, or alone in a list."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts/1")).record("shift") == {"id": 1}


@pytest.mark.parametrize("body", [{"shifts": [{"id": 1}]}, {"data": [{"id": 1}]}, [{"id": 1}]])
async def test_a_list_is_found_in_every_envelope(body: object) -> None:
    """Wrapped, under `data`, or bare."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts")).records("shifts") == [{"id": 1}]


@pytest.mark.parametrize("body", [{"error": "odd"}, {"shift": {"name": "x"}}, {"shift": []}, [{"id": 1}, {"id": 2}], 7])
async def test_an_answer_without_the_record_is_invalid_after_a_read_and_unknown_after_a_write(body: object) -> None:
    """The write may have happened, so it is looked for instead of being sent again."""
    api, _, _ = build(said(body))
    async with api:
        read, written = await api.get("/shifts/1"), await api.send("PUT", "/shifts/1", {})
    with pytest.raises(InvalidResponse, match="expected `shift` with an id, got"):
        read.record("shift")
    with pytest.raises(OutcomeUnknown):
        written.record("shift")


@pytest.mark.parametrize(
    "body", [{"users": [{"id": 1}]}, {"shifts": {}}, {"shifts": [1]}, {"shifts": [{"name": "x"}]}, "x"]
)
async def test_an_answer_without_the_list_is_invalid(body: object) -> None:
    """An envelope that changed is never an empty list."""
    api, _, _ = build(lambda _request: httpx.Response(200, json=body))
    async with api:
        reply = await api.get("/shifts")
    with pytest.raises(InvalidResponse, match="a list of objects with ids"):
        reply.records("shifts")


async def test_an_empty_answer_is_no_object() -> None:
    """A write may answer nothing at all; who needs an object says so."""
    api, _, _ = build(said("", 204), said({"here": 1}))
    async with api:
        nothing, other = await api.get("/x"), await api.get("/x")
    assert nothing.body is None
    with pytest.raises(InvalidResponse, match="expected an object, got NoneType"):
        nothing.object()
    with pytest.raises(InvalidResponse, match="expected `there`, got the keys here"):
        other.value("there")


@pytest.mark.parametrize(
    ("body", "ids"), [({"ids": [4, "5"]}, {4, 5}), ({"ids": []}, set()), ({}, None), ({"ids": None}, None)]
)
async def test_ids_are_read_as_numbers(body: object, ids: set[int] | None) -> None:
    """Samples spell some as text; no list is something else than an empty one."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts")).ids("ids") == ids


@pytest.mark.parametrize("ids", ["12", {"0": 5}, [None], ["x"], [-1]])
async def test_ids_that_are_none_are_invalid(ids: object) -> None:
    """Nothing is guessed where a deletion may follow from it."""
    api, _, _ = build(said({"ids": ids}))
    async with api:
        reply = await api.get("/shifts")
    with pytest.raises(InvalidResponse, match="expected `ids`, a list of ids"):
        reply.ids("ids")


async def test_bytes_that_are_no_text_are_no_json() -> None:
    """A broken encoding is one more way of not being JSON."""
    api, _, _ = build(lambda _request: httpx.Response(200, content=b'{"a": "\xff"}'))
    async with api:
        error = await failure(api)
    assert str(error) == "wheniwork: GET /shifts: 200: expected JSON, got text"


@pytest.fixture(autouse=True)
async def quiet() -> AsyncIterator[None]:
    """Keep this module's requests out of the test's output."""
    with capture_logs():
        yield
