"""How Wonolo says no."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class Refusal(Exception):  # noqa: N818 - the API's answer, not a fault of ours
    """A request that the API does not carry out, with the HTTP status and, if there is one, the field at fault."""

    def __init__(self, status: HTTPStatus, message: str, field: str = "base") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field

    def body(self, shape: str) -> dict[str, Any]:
        """The JSON body in one of the shapes that Rails programs use (Wonolo reference 12)."""
        if shape == "errors":
            return {"errors": [self.message]}
        if shape == "fields":
            return {"errors": {self.field: [self.message]}}
        return {"error": self.message}


def invalid(field: str, message: str) -> Refusal:
    """A 422 that names the field."""
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message, field)


def missing(field: str) -> Refusal:
    """The 422 of a required parameter that was not sent."""
    return invalid(field, f"Missing parameter {field}")


def forbidden() -> Refusal:
    """The 403 of a write with a public pool key (Wonolo reference 13)."""
    return Refusal(HTTPStatus.FORBIDDEN, "Not available with Public Pool access")


def not_found() -> Refusal:
    """The 404 of a record that does not exist or may not be seen."""
    return Refusal(HTTPStatus.NOT_FOUND, "Not Found")
