"""The floor under a pull: the least that reading the same pages into the same database can take.

Plain httpx, JSON decoded page by page, and each record upserted as JSON with a digest through the bare driver, one
transaction a page: no retries, no limits, no typed columns, no cursors, no deletions. Shifts that run over the end of a
window are in two listings; like the engine it saves them once.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from typing import Any

import httpx
import msgspec
import psycopg
from sqlalchemy.engine import make_url

from tests.bench.service import EVERY_SHIFT, Windows, log_in
from tests.bench.setting import HISTORY, KEYS

Page = tuple[str, list[dict[str, Any]]]

_TABLE = "CREATE TABLE raw (kind TEXT, id BIGINT, digest TEXT, raw {}, PRIMARY KEY (kind, id))"
_UPSERT = (
    "INSERT INTO raw VALUES ({0}, {0}, {0}, {0}) ON CONFLICT (kind, id) DO UPDATE "
    "SET digest = excluded.digest, raw = excluded.raw"
)
_PER_PAGE = 50


class _Sqlite:
    """SQLite through its own driver, with the settings that the engine uses."""

    def __init__(self, database: str) -> None:
        self._connection = sqlite3.connect(make_url(database).database or "", isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", _TABLE.format("TEXT")):
            self._connection.execute(statement)

    def save(self, rows: list[tuple[str, int, str, str]]) -> None:
        """Upsert rows in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_UPSERT.format("?"), rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _Postgres:
    """Postgres through psycopg."""

    def __init__(self, database: str) -> None:
        address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address)
        self._connection.execute(_TABLE.format("JSON").encode())

    def save(self, rows: list[tuple[str, int, str, str]]) -> None:
        """Upsert rows in one transaction."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_UPSERT.format("%s").encode(), rows)
        self._connection.commit()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def pull(url: str, database: str, now: datetime, windows: Windows) -> int:
    """Read both systems of a sandbox, shifts in these windows, into an empty database; returns how many records."""
    connect = _Postgres if database.startswith("postgresql") else _Sqlite
    records = 0
    with httpx.Client(base_url=url, timeout=120) as http, closing(connect(database)) as store:
        for kind, page in chain(_wonolo(http, now), _wheniwork(http, windows)):
            store.save([_row(kind, record) for record in page])
            records += len(page)
    return records


def _wonolo(http: httpx.Client, now: datetime) -> Iterator[Page]:
    token = http.post("/api_v2/authenticate", json=KEYS).json()["token"]
    filters = {"token": token, "per": str(_PER_PAGE), "updated_after": (now - HISTORY).isoformat()}
    for kind, only in (("job_requests", {}), ("jobs", {}), ("users", {"type": "Worker"})):
        for number in count(1):
            page = _records(http, f"/api_v2/{kind}", kind, {**filters, **only, "page": str(number)})
            yield kind, page
            if len(page) < _PER_PAGE:
                break


def _wheniwork(http: httpx.Client, windows: Windows) -> Iterator[Page]:
    http.headers["Authorization"] = f"Bearer {log_in(http)}"
    for kind in ("users", "positions", "locations", "sites"):
        yield kind, _records(http, f"/2/{kind}", kind, {})
    before: set[int] = set()
    for start, end in windows:
        query = {"start": start, "end": end, "deleted": "true", **EVERY_SHIFT}
        shifts = _records(http, "/2/shifts", "shifts", query)
        yield "shifts", [shift for shift in shifts if shift["id"] not in before]
        before = {shift["id"] for shift in shifts}


def _records(http: httpx.Client, path: str, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
    answer = http.get(path, params=query).raise_for_status()
    records: list[dict[str, Any]] = msgspec.json.decode(answer.content)[kind]
    return records


def _row(kind: str, record: dict[str, Any]) -> tuple[str, int, str, str]:
    raw = msgspec.json.encode(record)
    return kind, record["id"], hashlib.blake2b(raw, digest_size=12).hexdigest(), raw.decode()
