"""Histories: what is asked for, how it is told, and stories of who did what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.faults import Rule
from sync.change_log import ChangeLog
from sync.errors import NoHistory
from sync.history import shown
from sync.history.asking import with_asked
from sync.history.reading import History, read_history
from sync.history.target import Target, read_target
from sync.history.words import edits
from sync.mirror.sightings import Sighting
from sync.plan import Change, FieldChange
from sync.undo import Wanted
from tests.engine_world import START, Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet, a minute after the first pull."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        await opened.engine.reconcile()
        opened.world.clock.advance(timedelta(minutes=1))
        yield opened


def history(pair: Pair, text: str) -> History:
    """The history of what a person named."""
    with pair.engine.store.begin(pair.config.name) as tx:
        return read_history(tx, text, pair.config.rules)


def told(found: History) -> list[str]:
    """Who did what, with the fields."""
    return [
        f"{row.who}: {row.what}" + "".join(f"; {one.name} {one.before} -> {one.after}" for one in row.fields)
        for row in found.events
    ]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("shift 10000", Target("shift", "record", "10000")),
        ("shift:10000", Target("shift", "record", "10000")),
        ("Shifts  #7", Target("shift", "record", "7")),
        ("request 12", Target("job_request", "record", "12")),
        ("job request 12", Target("job_request", "record", "12")),
        ("job_request:12", Target("job_request", "record", "12")),
        ("seat 5", Target("job", "record", "5")),
        ("wonolo:7", Target("worker", "record", "7")),
        ("link shift:7:ab12cd34", Target(None, "link", "shift:7:ab12cd34")),
        ("worker:wonolo:7", Target(None, "link", "worker:wonolo:7")),
        ("10000", Target(None, "number", "10000")),
        ("0123456789ab", Target(None, "key", "0123456789ab")),
        ("Ada  Abel", Target(None, "name", "Ada Abel")),
    ],
)
def test_what_is_asked_for_is_spelled_as_people_spell_it(text: str, target: Target) -> None:
    """With a space, a colon or nothing but the number."""
    assert read_target(text) == target


@pytest.mark.parametrize("text", ["", "  ", "shfit 3", "shift ten 10", "!"])
def test_what_names_no_record_is_answered_with_the_spellings(text: str) -> None:
    """All of them."""
    with pytest.raises(ValueError, match=r"names no record: write it like shift 10000, request 12, job 5, user 33"):
        read_target(text)


async def test_who_deleted_this_shift(pair: Pair) -> None:
    """It came, was posted by a run, moved and went; the run cancelled the request."""
    stack = pair.offer(2)
    await pair.settled()
    pair.world.clock.advance(timedelta(minutes=5))
    pair.edit(stack, start_time=at(2, "09:00"), notes="Gate 2")
    await pair.settled()
    pair.world.clock.advance(timedelta(minutes=5))
    pair.act("manager_deletes_shift", shift_id=stack)
    await pair.settled()
    found = history(pair, f"shift {stack}")
    came, edit, went = found.events
    assert (found.zone, came.what, edit.what, went.what) == (
        "America/Chicago",
        f"shift {stack} appeared",
        f"shift {stack} changed",
        f"shift {stack} was deleted",
    )
    assert [(row.name, row.before, row.after) for row in edit.fields] == [
        ("start", "Wed 04 Mar 08:00", "Wed 04 Mar 09:00"),
        ("notes", "", "Gate 2"),
    ]
    assert went.evidence == (
        "a complete listing of Mon 02 Mar 08:11 lacks it, and When I Work says that it has no such shift"
    )
    assert came.evidence.startswith("in a listing at Mon 02 Mar 08:01, changed last at Mon 02 Mar 08:01")
    request = history(pair, f"request {pair.requests()[0]}")
    assert [(row.who, row.what) for row in request.events] == [
        ("shiftbridge in run 2", f"posted request {pair.requests()[0]} ({PICKER})"),
        ("shiftbridge in run 4", f"changed request {pair.requests()[0]} ({PICKER})"),
        (
            "shiftbridge in run 6",
            f"cancelled request {pair.requests()[0]} (Picker at Harbor Warehouse, Wed 04 Mar 09:00-16:00)",
        ),
    ]
    assert [row.why for row in request.events][2] == "all its shifts in When I Work are gone (deleted)"


async def test_a_link_tells_of_both_sides(pair: Pair) -> None:
    """A record's history names it."""
    stack = pair.offer(1)
    await pair.settled()
    [hint] = history(pair, str(stack)).hints
    assert hint == f"belongs together with request {pair.requests()[0]}: shiftbridge history link shift:{stack}"
    pair.accept("Ada")
    await pair.settled()
    found = history(pair, f"link shift:{stack}")
    assert found.subject == f"link shift:{stack}"
    assert any(line.startswith("Ada Abel in Wonolo: job") for line in told(found))
    assert f"shiftbridge in run 4: filled shift {stack} ({PICKER}); worker  -> Ada A." in told(found)
    [key] = {row.key for row in _made(pair, f"shift:{stack}") if row.action == "assign"}
    assert history(pair, key) == found


def _made(pair: Pair, link: str) -> list[Change]:
    with pair.engine.store.begin(pair.config.name) as tx:
        return [row.change for row in ChangeLog(tx.rows).of_links([link])]


async def test_a_person_is_found_by_name(pair: Pair) -> None:
    """With the seats they took."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    lines = told(history(pair, "ada abel"))
    assert [line.partition(" in ")[0].partition(":")[0] for line in lines] == ["Ada Abel", "shiftbridge", "shiftbridge"]
    assert lines[-1].startswith("shiftbridge in run 4: filled shift")
    assert told(history(pair, "Ada A.")) == told(history(pair, "ada abel"))


async def test_an_undo_is_told_with_who_asked_for_it(pair: Pair) -> None:
    """And what was taken back."""
    pair.offer(1)
    await pair.settled()
    pair.world.clock.advance(timedelta(minutes=5))
    await pair.engine.undo(Wanted(2, "Dana"))
    [posted, undone, taken] = history(pair, f"request {pair.requests()[0]}").events
    assert (posted.who, undone.who, taken.who) == ("shiftbridge in run 2", "Dana", "shiftbridge in run 4")
    assert (undone.what, undone.why) == (f"took back {PICKER}", "undo of run 2")
    assert taken.why.startswith("takes back what run 2 did because of: open shifts in When I Work")


async def test_a_write_without_a_reply_is_told_by_the_run_that_sent_it(pair: Pair) -> None:
    """What it was before is not known, so that it cannot be taken back; a creation can."""
    stack = pair.offer(1)
    await lost(pair, "POST")
    created = len(pair.requests())
    pair.edit(stack, end_time=at(2, "17:00"))
    await lost(pair, "PATCH")
    events = history(pair, f"request {pair.requests()[0]}").events
    ours = [(row.who, row.what.partition(" (")[0], row.evidence) for row in events if row.who.startswith("shiftbridge")]
    assert ours == [
        ("shiftbridge in run 2", f"posted request {pair.requests()[0]}", "read back after it was written"),
        (
            "shiftbridge in run 4",
            f"changed request {pair.requests()[0]}",
            "the reply was lost; the record showed it later",
        ),
    ]
    outcome = await pair.engine.undo(Wanted(4, "Dana"))
    assert [row.reason for row in outcome.skipped] == ["what it was is not known, as the reply to the write was lost"]
    assert created == 1


async def lost(pair: Pair, method: str) -> None:
    """The reply to one write is lost; a minute later the next run learns what became of it."""
    pair.world.faults.add(Rule(fault="lost_reply", method=method, path="*job_requests*", times=1))
    await pair.engine.reconcile()
    pair.world.advance(timedelta(minutes=1))
    await pair.engine.reconcile()


async def test_a_shift_that_nothing_is_linked_to_is_missed_by_a_listing_alone(pair: Pair) -> None:
    """A place and a user are told by name."""
    first = pair.offer(1, published=False)
    await pair.engine.pull()
    pair.edit(first, location_id=pair.location("Airport Hub"), user_id=pair.staff("Morgan"))
    await pair.engine.pull()
    pair.act("manager_deletes_shift", shift_id=first)
    await pair.engine.pull()
    _, edit, gone = history(pair, f"shift {first}").events
    assert {(row.name, row.before, row.after) for row in edit.fields} >= {
        ("held by", "nobody", "Morgan Manager"),
        ("place", "Harbor Warehouse", "Airport Hub"),
    }
    assert gone.evidence == "a complete listing of Mon 02 Mar 08:01 lacks it"
    assert ("held by", "Morgan Manager", "") in {(row.name, row.before, row.after) for row in gone.fields}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shift 999999", "nothing is known of 'shift 999999': no pull ever showed it; write it like shift 10000"),
        ("999999", "nothing with the number 999999 was ever seen"),
        ("link nothing", "there is no link 'nothing', and there never was one"),
        ("0123456789ab", "no change of the key 0123456789ab was ever sent; `diff` shows what is only planned"),
        ("Nobody Atall", "nobody is called 'Nobody Atall'"),
        ("shfit 3", "'shfit 3' names no record"),
    ],
)
async def test_what_nothing_is_known_of_is_said_so(pair: Pair, text: str, said: str) -> None:
    """With what can be written instead."""
    with pytest.raises(NoHistory) as caught:
        history(pair, text)
    assert str(caught.value).startswith(said)


def test_every_instant_is_told_on_the_wall_of_the_place() -> None:
    """Also those that are only passed on; what cannot be read stays as it was written."""
    after = {"completed_at": "2030-05-08T14:00:00.000-07:00", "approved_at": "soon", "paused_at": None}
    before = {"completed_at": None, "approved_at": "", "paused_at": None}
    seen = Sighting("job", 5, START, "listing", before, after, {})
    assert edits(seen, {}, "America/Chicago") == (
        FieldChange("completed at", "", "Wed 08 May 16:00"),
        FieldChange("approved at", "", "soon"),
    )


async def test_when_i_work_is_asked_for_its_own_history(pair: Pair) -> None:
    """It names the people; of a deleted open shift nothing is kept."""
    first, second = pair.offer(1), pair.offer(1, day=3)
    await pair.settled()
    pair.edit(first, start_time=at(2, "09:00"))
    pair.act("manager_deletes_shift", shift_id=second)
    await pair.engine.pull()
    asked = await with_asked(history(pair, f"shift {first}"), pair.engine._wheniwork)
    own = [row for row in asked.events if row.evidence == "When I Work's own history"]
    assert {row.what for row in own} >= {f"shift {first}: created", f"shift {first}: time changed"}
    assert all(row.who.endswith(" in When I Work") and not row.who.startswith("somebody") for row in own)
    gone = await with_asked(history(pair, f"shift {second}"), pair.engine._wheniwork)
    assert f"When I Work tells nothing of shift {second}: of a deleted open shift it keeps none" in gone.hints
    other = await with_asked(history(pair, f"request {pair.requests()[0]}"), pair.engine._wheniwork)
    assert other.hints[-1].startswith("only When I Work tells a history, and only of shifts")


async def test_a_history_reads_well_in_every_format(pair: Pair) -> None:
    """Times on the wall of the place."""
    stack = pair.offer(1)
    await pair.settled()
    found = history(pair, f"shift {stack}")
    console = Console(width=100)
    with console.capture() as drawn:
        console.print(shown.as_text(found))
    text = drawn.get()
    assert "Mon 02 Mar 2026 08:01" in text
    assert f"shift {stack} appeared" in text
    assert "evidence: in a listing at Mon 02 Mar 08:01" in text
    assert shown.as_markdown(found).startswith(f"# shift {stack}\n\nTimes in America/Chicago.\n\n| When | Who |")
    assert f'"subject": "shift {stack}"' in shown.as_json(found)
