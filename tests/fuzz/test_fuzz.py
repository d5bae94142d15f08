"""Schemathesis over the sandbox's own documents: no route fails, unless the API is documented to fail there.

A job of its own (`make fuzz`): it takes longer than the tests beside it. FUZZ_EXAMPLES says how many requests each
route gets.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from tests.sandbox_both import Both, documented, in_own_shape

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
AS_EVER = settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
"""The same requests in each run."""

sandbox = Both()
config = schemathesis.Config()
# The edges of all types, one by one, are tests/test_sandbox_bad_input.py's.
config.projects.default.phases.coverage.enabled = False
# The tokens are sent; made-up ones would only be refused.
config.projects.default.generation.with_security_parameters = False
wonolo = schemathesis.openapi.from_asgi("/_sandbox/openapi/wonolo.json", sandbox.app, config=config)
wheniwork = schemathesis.openapi.from_asgi("/_sandbox/openapi/wheniwork.json", sandbox.app, config=config)


@wonolo.parametrize()
@AS_EVER
def test_wonolo_answers(case: schemathesis.Case[Any]) -> None:
    """Whether the request fits the document or not."""
    _check("wonolo", case)


@wheniwork.parametrize()
@AS_EVER
def test_when_i_work_answers(case: schemathesis.Case[Any]) -> None:
    """Whether the request fits the document or not."""
    _check("wheniwork", case)


def _check(system: str, case: schemathesis.Case[Any]) -> None:
    number = case.path_parameters.get("id")
    if isinstance(number, int) and number % 2:
        # Every other number becomes the id of a record, or next to nothing but refusals would be seen.
        known = sandbox.ids(system)
        case.path_parameters["id"] = known[number % len(known)]
    answer = case.call(params=sandbox.query[system])
    assert answer.status_code < 500 or documented(case.method, case.path, answer)
    assert not answer.content or in_own_shape(system, answer)
