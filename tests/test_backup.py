"""`shiftbridge backup`: a whole copy while others write, refusals in clear words, and what a restored copy comes to."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.people import perform
from sandbox.serve import Server
from sync.cli import run
from sync.errors import StoreError
from sync.mirror.backup import back_up, dump_command
from sync.mirror.store import Store
from tests.test_cli import Captured, config, latest_open_shifts, root_logger_restored, server
from tests.test_cli_decisions import Command, command
from tests.test_cli_pairs import folder

__all__ = ["command", "config", "folder", "root_logger_restored", "server"]


def database(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def states(server: Server) -> tuple[dict[int, str], dict[int, tuple[int, bool]], int]:
    """The state of each request, holder and deletion of each shift, and how many users there are."""
    world = server.world
    requests = {number: str(row["state"]) for number, row in world.wonolo.job_requests.records.items()}
    shifts = {number: (row["user_id"], bool(row.get("is_deleted"))) for number, row in world.wheniwork.shifts.items()}
    return requests, shifts, len(world.wheniwork.table("users"))


def test_a_copy_is_of_one_instant_while_others_write(sqlite_url: str, tmp_path: Path) -> None:
    """Two rows that are written together are both in it, or neither; only the owner may read it."""
    store, ended, began = Store.open(sqlite_url), threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            with store.begin("main") as tx:
                for pair in ("first", "second"):
                    tx.rows.connection.exec_driver_sql(
                        "INSERT INTO lease (pair, owner, holder, until) VALUES (?, ?, '', '2030-01-01')",
                        (f"{pair}-{number}", pair),
                    )
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(30)
        sizes = [back_up(database(sqlite_url), tmp_path / "copy.db", overwrite=True) for _ in range(5)]
    finally:
        ended.set()
        writer.join()
        store.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        counted = dict(copy.execute("SELECT owner, count(*) FROM lease GROUP BY owner"))
    assert counted["first"] == counted["second"] > 0
    assert sizes[-1] == (tmp_path / "copy.db").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_file_that_is_there_is_replaced_only_if_told(command: Command, config: Path, tmp_path: Path) -> None:
    """And the database itself never, as the daemon would go on with the old one."""
    assert command("status")[0] == 0
    source, file = config.parent / "shiftbridge.db", tmp_path / "copy.db"
    code, text = command("backup", str(file))
    assert (code, text.startswith(f"Wrote {file}, a copy of {source} (")) == (0, True)
    kept = file.read_bytes()
    there = f"Error: Invalid value: {file} is there already; name another file, or replace it with --force"
    assert command("backup", str(file)) == (1, f"{there} Try: shiftbridge --help")
    assert file.read_bytes() == kept
    assert command("backup", str(file), "--force")[0] == 0
    assert command("backup", str(source), "--force") == (
        1,
        f"Error: Invalid value: {source} is there already; that is the database itself Try: shiftbridge --help",
    )


def test_a_folder_that_is_not_there_is_said_to_be(command: Command, tmp_path: Path) -> None:
    """The copy is made beside its last place, so that it comes to be all at once."""
    command("status")
    assert command("backup", str(tmp_path / "none" / "copy.db"))[1].startswith(
        f"Error: Invalid value: {tmp_path}/none/copy.db cannot be written: No such file or directory"
    )


def test_a_database_that_is_not_there_yet_is_not_made(command: Command, config: Path, tmp_path: Path) -> None:
    """An empty copy would be taken for a backup."""
    source = config.parent / "shiftbridge.db"
    code, text = command("backup", str(tmp_path / "copy.db"))
    assert (code, text.startswith(f"Error: there is no database {source} yet.")) == (1, True)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".db"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no database of shiftbridge"),
        (b"something else" * 1000, "cannot be copied to COPY: file is not a database"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Nothing is left behind."""
    source, file = tmp_path / "source.db", tmp_path / "copy.db"
    source.write_bytes(content)
    with pytest.raises(StoreError, match=said.replace("COPY", str(file))):
        back_up(source, file)
    assert [path.name for path in tmp_path.iterdir()] == ["source.db"]


def test_a_damaged_database_yields_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    """The check finds what a reading of the tables would not; the last good backup stays."""
    source, file = database(sqlite_url), tmp_path / "copy.db"
    back_up(source, file)
    good = file.read_bytes()
    with closing(sqlite3.connect(source)) as spoiler:
        spoiler.execute("PRAGMA writable_schema = ON")
        spoiler.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        spoiler.commit()
    with pytest.raises(StoreError, match=f"the database {source} is damaged, so no copy was kept: "):
        back_up(source, file, overwrite=True)
    assert file.read_bytes() == good


def test_a_database_that_somebody_holds_alone_is_not_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    """One sentence after some seconds."""
    source = database(sqlite_url)
    with closing(sqlite3.connect(source)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked"):
            back_up(source, tmp_path / "copy.db")


def test_the_database_of_a_folder_is_that_of_all_pairs(folder: Path, capsys: Captured) -> None:
    """No pair need be named, nor every pair be right."""
    assert run(["diff", "--config", str(folder), "--pair", "north"]) in {0, 2}
    (folder / "pairs" / "south.toml").write_text("[wonolo")
    assert run(["backup", f"{folder}/copy.db", "--config", str(folder)]) == 0
    assert f"a copy of {folder}/all.db" in capsys.readouterr().out


def test_a_postgres_is_left_to_its_own_tool(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is shown whole, without the password."""
    monkeypatch.setenv("SHIFTBRIDGE_DATABASE__URL", "postgresql://sync:hidden@db.example:5433/shifts?sslmode=require")
    dump = "pg_dump --format=custom '--file=a copy.dump' 'postgresql://sync@db.example:5433/shifts?sslmode=require'"
    said = f"Error: database.url: is a Postgres; copy it with its own tool: `{dump}`."
    assert command("backup", "a copy.dump") == (1, said)
    shown = dump_command("postgresql+psycopg://h/d?user=sync&password=hidden", Path("x"))
    assert shown == "pg_dump --format=custom --file=x 'postgresql://h/d?user=sync'"


@pytest.mark.parametrize("kept", [True, False])
def test_with_an_older_database_or_none_nothing_is_made_twice(
    server: Server, command: Command, config: Path, tmp_path: Path, *, kept: bool
) -> None:
    """A backup of before several changes is restored, or there is none: both systems stay as they are."""
    assert command("reconcile")[0] == 0
    [first, second, third, *_] = sorted(server.world.wonolo.job_requests.records)
    job = perform(server.world, "worker_accepts", {"job_request_id": first})["job"]["id"]
    assert command("reconcile")[0] == 0
    assert command("backup", str(tmp_path / "copy.db"))[0] == 0
    perform(server.world, "worker_withdraws", {"job_id": job})
    perform(server.world, "worker_accepts", {"job_request_id": second})
    perform(server.world, "requestor_cancels", {"job_request_id": third})
    perform(
        server.world,
        "manager_edits_shift",
        {"shift_id": latest_open_shifts(server.world)[-1], "fields": {"notes": "x"}},
    )
    perform(server.world, "requestor_posts", {"fields": {"slots": 1}})
    for _ in range(2):
        command("reconcile")
    assert command("diff")[0] == 0
    before = states(server)
    source = config.parent / "shiftbridge.db"
    for suffix in ("", "-wal", "-shm"):
        source.with_name(f"{source.name}{suffix}").unlink(missing_ok=True)
    if kept:
        shutil.copy(tmp_path / "copy.db", source)
    for _ in range(2):
        assert command("reconcile")[0] == 0
    assert states(server) == before
    assert command("diff")[0] == 0
