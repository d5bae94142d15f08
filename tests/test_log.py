"""What reaches the logs, and what must not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from sync.log import REDACTED, configure, redact, scrub


@pytest.fixture(autouse=True)
def root_logger_restored() -> Iterator[None]:
    """Put the process's own logging back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("GET https://x.example/jobs?token=a-b_c&page=1", f"GET https://x.example/jobs?token={REDACTED}&page=1"),
        ("W-Token: abc.def", f"W-Token: {REDACTED}"),
        ('{"api_key": "pk_1", "secret_key":"sk_1"}', f'{{"api_key": "{REDACTED}", "secret_key":"{REDACTED}"}}'),
        ("password=hunter2", f"password={REDACTED}"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {REDACTED}"),
        ("mail ada.l+x@mail.example.com now", f"mail {REDACTED} now"),
        ("?email=ada%40mail.example", f"?email={REDACTED}"),
        ("call +15550100123 or %2B15550100123", f"call {REDACTED} or {REDACTED}"),
        ("call (555) 010-0123, 555.010.0123", f"call {REDACTED}, {REDACTED}"),
        ("shift 3473997896 on 2026-11-20 at 10:00", "shift 3473997896 on 2026-11-20 at 10:00"),
    ],
)
def test_secrets_and_contacts_are_blotted_out_of_text(text: str, scrubbed: str) -> None:
    """Tokens, keys, passwords, addresses and numbers go; record ids and dates stay."""
    assert scrub(text) == scrubbed


def test_fields_are_redacted_however_deep() -> None:
    """By name where the name gives it away, by content elsewhere."""
    event = {
        "event": "login",
        "password": "x",
        "count": 3,
        "request": {"W-Key": "k", "people": ["ada@mail.example", {"phone": 5}], "pair": ("a", 1)},
    }
    assert redact(None, "info", event) == {
        "event": "login",
        "password": REDACTED,
        "count": 3,
        "request": {"W-Key": REDACTED, "people": [REDACTED, {"phone": REDACTED}], "pair": ["a", 1]},
    }


def test_the_program_and_its_libraries_log_alike() -> None:
    """Both come as JSON with level and time, and carry the run's context."""
    stream = io.StringIO()
    configure("INFO", as_json=True, stream=stream)
    with structlog.contextvars.bound_contextvars(run=7):
        structlog.get_logger("sync").info("pulled", records=3, token="abc")
        structlog.get_logger("sync").debug("hidden")
        logging.getLogger("some.library").info("called with %s", "token=abc")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(line.pop("timestamp").endswith("Z") for line in lines)
    assert lines == [
        {"event": "pulled", "level": "info", "records": 3, "run": 7, "token": REDACTED},
        {"event": f"called with token={REDACTED}", "level": "info", "run": 7},
    ]


def test_http_libraries_do_not_print_their_urls() -> None:
    """They would print the token; each request has its own line from the clients."""
    stream = io.StringIO()
    configure("DEBUG", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: GET https://x.example/jobs?token=abc")
    assert stream.getvalue() == ""


def test_a_traceback_is_redacted_too() -> None:
    """An exception's text may quote a secret."""
    stream = io.StringIO()
    configure("INFO", stream=stream)
    try:
        int("token=abc")
    except ValueError:
        structlog.get_logger("sync").exception("failed")
    text = stream.getvalue()
    assert "Traceback" in text
    assert "abc" not in text
