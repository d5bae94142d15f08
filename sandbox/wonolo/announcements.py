"""State changes of JobRequests and Jobs, which are all that Wonolo tells by webhook (Wonolo reference 11)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sandbox.wonolo.render import job_record, job_request_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record


class Announcement(NamedTuple):
    """A record, as printed when its state had just changed."""

    at: datetime
    name: str
    record: Record


def announce_job_request(state: WonoloState, record: Record) -> None:
    """Note that a JobRequest has entered a state."""
    if state.announcing:
        state.announcements.append(Announcement(state.now(), "job_request", job_request_record(state, record)))


def announce_job(state: WonoloState, record: Record) -> None:
    """Note that a Job has entered a state."""
    if state.announcing:
        state.announcements.append(Announcement(state.now(), "job", job_record(state, record)))


def take_announcements(state: WonoloState) -> list[Announcement]:
    """Take what was announced since the last call, oldest first."""
    taken, state.announcements[:] = list(state.announcements), []
    return taken
