"""Answers of When I Work: JSON envelopes and the error shape (When I Work reference 3.2 and 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

LOGIN_REQUIRED = 1000
KEY_INVALID = 1110
INVALID = 2000
"""Our own number in the family of validation errors: the sources name only some of them."""
END_BEFORE_START = 2165
FORBIDDEN = 3005
NOT_FOUND = 4005


class ApiError(Exception):
    """An answer that is not a success: HTTP status, text, and the code of the envelope.

    `extra` adds further keys, as a bulk update's successes beside its errors.
    """

    def __init__(self, status: int, text: str, code: int | str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.code = code
        self.extra = dict(extra or {})

    def envelope(self, shape: str = "coded") -> dict[str, Any]:
        """The body: `{"error": text, "code": code}` and what else belongs to it; in a `shape` that was seen."""
        if shape == "errors" and "errors" not in self.extra:
            return {"errors": [self.text], **self.extra}
        code = {} if shape == "plain" else {"code": self.code}
        return {"error": self.text, **code, **self.extra}


def invalid(text: str) -> ApiError:
    """400 for a value that cannot be used."""
    return ApiError(400, text, INVALID)


def forbidden(text: str = "You do not have permission to do that.") -> ApiError:
    """403 with code 3005."""
    return ApiError(403, text, FORBIDDEN)


def login_required(text: str = "User login required to access this resource.") -> ApiError:
    """401 with code 1000."""
    return ApiError(401, text, LOGIN_REQUIRED)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")
