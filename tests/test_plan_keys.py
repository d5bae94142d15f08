"""Keys, facts and marks are made of codes and values alone, and whatever a report prints a key for can be answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.decision import NO, UNDONE, Decision
from mappings.model import Rules
from sync.plan import Change, FieldChange, Plan, Policy, Snapshot, make_plan
from sync.plan.deciding import taken_back
from sync.plan.reasons import SENTENCES, Code
from sync.plan.snapshot import LonePosting
from tests.answering import unanswerable
from tests.factories import (
    ANA,
    BEN,
    NOW,
    RULES,
    START,
    at,
    demand,
    held,
    job,
    job_request,
    linked,
    shift,
    snapshot,
)
from tests.small_acts import ACTS
from tests.small_world import copied, small_world

LATER = START + timedelta(hours=1)
NEAR = START - timedelta(hours=10)
WITH_ANA = demand(workers=frozenset({ANA.key}))
BOTH = demand(workers=frozenset({ANA.key, BEN.key}))

ASKING: dict[str, Snapshot] = {
    "an edit near the start": snapshot(linked(shifts=[shift(**at(LATER))]), now=NEAR),
    "a cancellation near the start": snapshot(linked(WITH_ANA, jobs=[job()]), now=NEAR),
    "a worker taken off near the start": snapshot(
        linked(BOTH, job_request(), jobs=[job(), job(BEN)], shifts=[held()]), now=NEAR
    ),
    "a seat that moved alone": snapshot(linked(WITH_ANA, jobs=[job()], shifts=[shift(instances=1), held(**at(LATER))])),
    "a second seat of one worker": snapshot(linked(WITH_ANA, jobs=[job()], shifts=[held(302), held(303)])),
    "more workers than seats": snapshot(linked(jobs=[job(), job(BEN)], shifts=[shift(instances=1)])),
    "a title nobody owns once work began": snapshot(linked(shifts=[shift(notes="Dock 4")]), now=START),
    "cancelled and edited": snapshot(linked(request=job_request(state="cancelled"), shifts=[shift(notes="Dock 4")])),
    "deleted and edited": snapshot(linked(request=job_request(slots=3))),
    "a request in doubt": snapshot(
        postings=(LonePosting(job_request(start_time="2026-03-14T08:15:00.000-05:00")),), shifts=(shift(),)
    ),
    "posted twice with somebody on it": snapshot(
        linked(shifts=[shift()]), postings=(LonePosting(job_request(501), (job(BEN, job_request_id=501),)),)
    ),
    "a second stack with our marker": snapshot(
        linked(shifts=[shift(notes="[sb:4f1c2a9b3d]")]), shifts=(shift(302, notes="[sb:4f1c2a9b3d]"),)
    ),
    "an unreadable request without shifts": snapshot(
        linked(request=job_request(address="9 Lost Lane", zip="99999", venue=""), shifts=[])
    ),
    "a whole demand to post": snapshot(shifts=(shift(),)),
}


def decided(world: Snapshot, *said: Decision) -> Snapshot:
    """The same world once somebody said so."""
    return msgspec.structs.replace(world, decisions={row.key: row for row in said})


def undone(world: Snapshot) -> Snapshot:
    """The same world, in which all that may be done was taken back before."""
    return decided(world, *(taken_back(row, "Dana", NOW, "undo of run 3") for row in make_plan(world).to_do))


def refused(world: Snapshot) -> Snapshot:
    """The same world, in which all that may be refused was."""
    rows = [row for row in make_plan(world).changes if row.action != "none" and row.verdict in ("do", "hold")]
    return decided(world, *(Decision(row.key, row.facts, NO, "Dana", NOW) for row in rows))


def acted() -> Iterator[tuple[str, Snapshot]]:
    """Yield a small world after each thing that people may do to it, one at each stage."""
    for now in (NOW, NEAR, LATER):
        for name, act in ACTS.items():
            world = copied(small_world())
            world.now = now
            if act(world):
                yield f"{name} at {now:%d %H:%M}", world.snapshot()


WORLDS = {**ASKING, **dict(acted())}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_every_answer_that_a_report_asks_for_is_taken_and_heeded(world: Snapshot) -> None:
    """As it is printed; also where it was taken back or refused before."""
    assert [problem for one in (world, undone(world), refused(world)) for problem in unanswerable(one)] == []


def reworded(change: Change) -> Change:
    """The same change in a language that nobody speaks."""
    return msgspec.structs.replace(
        change,
        subject="x",
        reason="x" if change.reason else "",
        cause="x" if change.cause else "",
        seen="x",
        fields=tuple(FieldChange("x", "y", "z") for _ in change.fields),
        choices=tuple("x" for _ in change.choices),
        costs=tuple("x" for _ in change.costs),
    )


def identities(plan: Plan) -> list[tuple[Any, ...]]:
    """Return what decisions and saved plans identify changes by."""
    return sorted((row.key, row.facts, row.marks) for row in plan.changes)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_no_word_is_part_of_a_key(world: Snapshot) -> None:
    """All words may be others, and no sentence is among what keys, facts and marks are made of."""
    plan = make_plan(world)
    assert identities(Plan(tuple(map(reworded, plan.changes)))) == identities(plan)
    assert [
        text for row in plan.changes for text in _texts(row.identity) if " " in text and text not in SENTENCES
    ] == []
    grounds = [(row.precondition, row.basis, row.options) for row in plan.changes]
    titles = {"Dock 4", "Edited First", "First by name"}
    assert {text for text in _texts(grounds) if " " in text} <= titles | set(SENTENCES) | CODES


CODES = {
    "open shifts",
    "no hours",
    "clocked in",
    "shifts gone",
    "time deleted",
    "both gone",
    "taken by the company's own people",
}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _texts(one)


def otherwise(rules: Rules, **fields: Any) -> Policy:
    """Rules in which every place is described otherwise."""
    return Policy(
        msgspec.structs.replace(rules, places=tuple(msgspec.structs.replace(row, **fields) for row in rules.places))
    )


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_another_zone_address_or_rate_changes_no_key(world: Snapshot) -> None:
    """Wonolo tells instants, so that a day is another on the wall and the work is not."""
    keys = [row.key for row in make_plan(world).changes]
    skills = tuple(msgspec.structs.replace(row, hourly_rate=row.hourly_rate + 300) for row in RULES.skills)
    dearer = Policy(msgspec.structs.replace(RULES, skills=skills))
    policies = (otherwise(RULES, zone="America/Denver"), otherwise(RULES, venue="Gate 9"), dearer)
    for policy in policies:
        other = make_plan(msgspec.structs.replace(world, policy=policy))
        assert sorted(row.key for row in other.changes) == sorted(keys)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_what_was_taken_back_stays_held_however_the_configuration_spells_it(world: Snapshot) -> None:
    """Another rate, venue, zone or cutoff; and once the time has come at which a change is divided in two."""
    skills = tuple(
        msgspec.structs.replace(row, hourly_rate=row.hourly_rate + 300, description="Pick") for row in RULES.skills
    )
    rules = (RULES, msgspec.structs.replace(RULES, skills=skills), otherwise(RULES, venue="Gate 9", zone="UTC").rules)
    taken = {mark for row in make_plan(world).to_do for mark in row.marks}
    for policy in (Policy(row, cutoff=timedelta(hours=hours)) for row in rules for hours in (0, 12, 200)):
        again = make_plan(msgspec.structs.replace(undone(world), policy=policy))
        assert [row.subject for row in again.to_do if row.writes and taken & {*row.marks}] == []


def test_keys_of_version_1_hold_what_they_refused_and_what_they_took_back() -> None:
    """They hid sentences, so a yes is asked for again, and nothing that a person stopped is done by an update."""
    world = snapshot(linked(shifts=[shift(instances=3)]))
    (change,) = make_plan(world).changes
    for choice, reason in (
        (NO, "Dana refused it on Wed 11 Mar 08:00 under a key of an earlier version; decide anew"),
        (UNDONE, "undone by Dana on Wed 11 Mar 08:00 (undo of run 3)"),
    ):
        old = Decision(change.effect, "facts", choice, "Dana", NOW, "undo of run 3", keys=1)
        plan = make_plan(decided(world, old))
        assert [(row.key, row.verdict, row.reason) for row in plan.changes] == [(change.key, "hold", reason)]
        assert (plan.void, unanswerable(decided(world, old))) == ((), [])


def test_every_code_is_worded_or_says_that_it_is_worded_elsewhere() -> None:
    """A new reason is one line in each list."""
    elsewhere = {"", "busy", "unmapped", "unspoken", "left alone", "taken elsewhere", "no user", "may not come"}
    elsewhere |= {"twice booked", "hours closed", "hours final", "stays"}
    elsewhere |= {
        "several times",
        "period unknown",
        "nothing worked",
        "too short",
        "live otherwise",
        "kept otherwise",
        "waits to be linked",
        "unread",
        "there twice",
        "not shown",
    }
    assert set(Code.__args__) - set(SENTENCES) == elsewhere  # type: ignore[attr-defined]  # a Literal has them
