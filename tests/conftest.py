"""Databases for tests: each test that takes `database_url` runs on SQLite and on a real Postgres.

The server is the one named by TEST_POSTGRES_URL (its user must be allowed to create databases), else a throw-away one.
`pytest -m "not postgres"` runs on SQLite alone.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import Phase, settings
from sqlalchemy.engine import URL, make_url

from tests.postgres_server import shared_postgres

settings.register_profile("unhurried", deadline=None)
settings.register_profile(
    "mutants", deadline=None, max_examples=10, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("unhurried")  # a busy machine is no failure


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the tests that mostly wait for processes among those that reckon, so that no core idles in the end."""
    waiting = [item for item in items if "e2e" in item.path.parts or item.path.name == "test_bench.py"]
    if not waiting or len(waiting) == len(items):
        return
    others = [item for item in items if item not in set(waiting)]
    step = len(others) / len(waiting)
    placed = [(number * step, 0, item) for number, item in enumerate(waiting)]
    placed += [(float(number), 1, item) for number, item in enumerate(others)]
    items[:] = [item for _, _, item in sorted(placed, key=lambda row: row[:2])]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on: "sqlite" or "postgres"."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a migrated database without rows, the test's own."""
    if backend == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "shiftbridge.db")
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgres_template")
        with _new_database(request.getfixturevalue("postgres_server"), template.database) as url:
            yield url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated SQLite database of the test's own, for what has nothing to do with databases."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'shiftbridge.db')}"


@pytest.fixture
def empty_database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a database in which no migration has run, the test's own."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with _new_database(request.getfixturevalue("postgres_server"), "template1") as url:
            yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The server's URL, naming a database from which others can be created."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with shared_postgres(folder) as address:
        yield make_url(address).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[URL]:
    """A migrated database that tests copy, which takes milliseconds where migrating takes much longer."""
    with _new_database(postgres_server, "template1") as url:
        _migrate(url.render_as_string(hide_password=False))
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "shiftbridge.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    from sync.mirror import migrate  # noqa: PLC0415 - most tests need no database at all

    migrate(url)


@contextmanager
def _new_database(server: URL, template: str) -> Iterator[URL]:
    name = f"shiftbridge_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
