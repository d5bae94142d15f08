"""Logs: one set-up for the program and its libraries, and nothing secret or personal in any line."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

REDACTED = "[redacted]"

_NOISY = ("httpx", "httpcore", "alembic", "apscheduler", "uvicorn", "asyncio", "procrastinate")
"""Libraries that are heard from when something is wrong only.

The first two print whole URLs, and Wonolo's token is in the URL; the clients log each request themselves.
"""

_SECRET_KEYS = frozenset(
    {
        "token",
        "api_key",
        "secret_key",
        "password",
        "authorization",
        "w-token",
        "w-key",
        "cookie",
        "set-cookie",
        "email",
        "phone",
        "phone_number",
        "dob",
    }
)
_SECRET_TEXT = (
    re.compile(r"(?i)\b((?:w-)?(?:token|key)|api_key|secret_key|password)((?:=|%3D|[\"']?:\s*)[\"']?)[^\s&\"',}]+"),
    re.compile(r"(?i)\b(bearer)(\s+)\S+"),
)
_CONTACT_TEXT = (
    re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:\+|%2B)\d{7,15}\b"),
    re.compile(r"(?<!\d)\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)"),
)


def scrub(text: str) -> str:
    """Return a text with tokens, keys, passwords, e-mail addresses and telephone numbers blotted out."""
    for pattern in _SECRET_TEXT:
        text = pattern.sub(rf"\1\2{REDACTED}", text)
    for pattern in _CONTACT_TEXT:
        text = pattern.sub(REDACTED, text)
    return text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out secrets and contact data in every field of a log line, however deep (a structlog processor)."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: str, value: object) -> object:
    if key.lower() in _SECRET_KEYS:
        return REDACTED
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {inner: _redacted(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", item) for item in value]
    return value


def configure(level: str = "WARNING", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send all logs, the libraries' too, to `stream` (standard error), as readable lines or as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                _renderer(as_json=as_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _renderer(*, as_json: bool) -> structlog.typing.Processor:
    if as_json:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
