"""The contract of both APIs: which facts of the references hold here, which do not, which could not be tried."""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator, Iterator

import pytest
from structlog.testing import capture_logs

from tests.contract.service import Service, at, places

_OUTCOMES = {"passed": "held", "failed": "DID NOT HOLD", "skipped": "could not be tried", "error": "could not be tried"}
_SYSTEMS = ("wonolo", "wheniwork")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker of a fact known."""
    config.addinivalue_line("markers", "fact(source): a fact of the references, and where it comes from")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each fact everywhere."""
    for system in _SYSTEMS:
        if system in metafunc.fixturenames:
            metafunc.parametrize(f"{system}_place", places(system), scope="session")


@pytest.fixture(scope="session")
def wonolo(wonolo_place: str) -> Iterator[Service]:
    """Wonolo, with a token."""
    with capture_logs(), at(wonolo_place, "wonolo") as service:
        keys = {name: service.secrets[name] for name in ("api_key", "secret_key")}
        answer = service.bare("POST", "/authenticate", json=keys)
        assert answer.status_code == 200, "the keys are refused"
        service.params["token"] = answer.json()["token"]
        yield service


@pytest.fixture(scope="session")
def wheniwork(wheniwork_place: str) -> Iterator[Service]:
    """When I Work, logged in at the login host if `login_url` names one, as the user of `user_id` if that is given."""
    with capture_logs(), at(wheniwork_place, "wheniwork") as service:
        url = service.secrets.get("login_url", f"{service.base}/login")
        email = service.secrets["email"]
        body = {"username": email, "email": email, "password": service.secrets["password"]}
        answer = service.bare("POST", url, json=body, headers={"W-Key": service.secrets["key"]})
        assert answer.status_code == 200, "the login is refused"
        told = answer.json()
        token = (told.get("login") or {}).get("token") or told.get("token")
        service.headers["Authorization"] = f"Bearer {token}"
        if "user_id" in service.secrets:
            service.headers["W-UserId"] = service.secrets["user_id"]
        yield service


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a test is about with its report."""
    report = yield
    marker = item.get_closest_marker("fact")
    if marker and isinstance(item, pytest.Function):
        place = next(text for name, text in item.callspec.params.items() if name.endswith("_place"))
        sentence = (inspect.getdoc(item.function) or item.name).splitlines()[0]
        texts = [text for name, text in item.callspec.params.items() if not name.endswith("_place")]
        case = " ".join(text for text in texts if isinstance(text, str))
        report.user_properties.append(("fact", (place, marker.args[0], f"{sentence} ({case})" if case else sentence)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was found; facts that held one by one only for real services, or with -v."""
    found: dict[str, list[str]] = {"held": [], "could not be tried": [], "DID NOT HOLD": []}
    learned: list[str] = []
    for outcome, name in _OUTCOMES.items():
        for report in terminalreporter.stats.get(outcome, []):
            fact = next((told for name, told in report.user_properties if name == "fact"), None)
            if fact and (report.when == "call" or outcome != "passed"):
                place, source, sentence = fact
                why = f" ({report.longrepr[2].removeprefix('Skipped: ')})" if outcome == "skipped" else ""
                if not (outcome == "passed" and sentence.startswith("Open:")):
                    found[name].append(f"[{place}] {source}: {sentence}{why}")
                told = [text for name, text in report.user_properties if name == "learned"]
                learned += [f"[{place}] {source}: {text}" for text in told]
    if not any(found.values()):
        return
    terminalreporter.section("facts of the references")
    in_full = terminalreporter.verbosity > 0 or any(
        f"CONTRACT_{system.upper()}_URL" in os.environ for system in _SYSTEMS
    )
    for name, lines in [*found.items(), ("learned about open questions", learned)]:
        terminalreporter.line(f"{len(lines)} {name}")
        if in_full or name == "DID NOT HOLD":
            terminalreporter.line("".join(f"  {line}\n" for line in sorted(lines)))
