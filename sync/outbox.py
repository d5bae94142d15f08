"""The outbox: every remote write is recorded before it is sent, and settled together with what it brought about."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Text, bindparam, case, cast, func, insert, select, update

from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, SOME, Rows, chunked
from sync.plan import Change
from sync.plan.capability import need
from sync.plan.live import puts_right
from sync.plan.model import Live

_INTENT = of_model(tables.Intent)

_MAY_HAVE_HAPPENED = ("sent", "unknown", "done", "differs", "seen")

_BEGIN = insert(_INTENT)
_ATTEMPTS = select(func.count()).where(_INTENT.c.pair == PAIR, _INTENT.c.effect == bindparam("of_effect"))
_UNDER_WAY = ("sent", "unknown")
_FINISH = update(_INTENT).where(
    _INTENT.c.pair == PAIR, _INTENT.c.id == bindparam("intent"), _INTENT.c.state.in_(_UNDER_WAY)
)
_GIVE_UP = (
    update(_INTENT)
    .where(_INTENT.c.pair == PAIR, _INTENT.c.state.in_(_UNDER_WAY), _INTENT.c.gave_up_at.is_(None))
    .values(gave_up_at=bindparam("at", type_=_INTENT.c.gave_up_at.type))
)
_GIVE_UP_ONE = _GIVE_UP.where(_INTENT.c.id == bindparam("intent"))
_UNKNOWN = select(_INTENT).where(_INTENT.c.pair == PAIR, _INTENT.c.state.in_(_UNDER_WAY)).order_by(_INTENT.c.id)
_NOTE = _FINISH.values(trouble=bindparam("why"))
_LACKED = _FINISH.values(absent_at=bindparam("at", type_=_INTENT.c.absent_at.type), trouble="")
_STATES = select(_INTENT.c.state, func.count().label("number")).where(_INTENT.c.pair == PAIR).group_by(_INTENT.c.state)
_CENTS = _INTENT.c.change[("risk", "cents")].as_integer()
_FEE = _INTENT.c.change[("risk", "fee_cents")].as_integer()
_SPENT = select(func.sum(case((_CENTS > 0, _CENTS), else_=0) + func.coalesce(_FEE, 0))).where(
    _INTENT.c.pair == PAIR, _INTENT.c.bound > bindparam("since"), _INTENT.c.state.in_(_MAY_HAVE_HAPPENED)
)
_SENT = select(_INTENT.c.link, func.count().label("number")).where(
    _INTENT.c.pair == PAIR,
    _INTENT.c.link.in_(SOME),
    _INTENT.c.state.in_((*_MAY_HAVE_HAPPENED, "lost")),
    _INTENT.c.change["kind"].as_string() == "job_request",
    _INTENT.c.change["action"].as_string() == "create",
)
_CARRIES = (
    select(_INTENT.c.id).where(_INTENT.c.pair == PAIR, cast(_INTENT.c.change, Text).like(bindparam("text"))).limit(1)
)
_OF_KEY = select(_INTENT.c.link).where(_INTENT.c.pair == PAIR, _INTENT.c.key == bindparam("of_key"))

_WRONG = (
    update(_INTENT)
    .where(_INTENT.c.pair == PAIR, _INTENT.c.id == bindparam("intent"))
    .values(wrong=bindparam("wrong", type_=_INTENT.c.wrong.type))
)
_DIFFERING = select(_INTENT.c.id, _INTENT.c.change, _INTENT.c.wrong, _INTENT.c.error).where(
    _INTENT.c.pair == PAIR, _INTENT.c.state == "differs", _INTENT.c.finished_at > bindparam("since")
)
_PUT_RIGHT = update(_INTENT).where(_INTENT.c.pair == PAIR, _INTENT.c.id.in_(SOME)).values(state="done")

_LIFT = update(_INTENT).where(_INTENT.c.pair == PAIR, _INTENT.c.state == "forbidden").values(state="lifted")

_QUARANTINE = timedelta(hours=1)
"""How long a write that was refused is not tried again while nothing about it changes."""


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_BARRED = timedelta(hours=24)
"""How long a key that was refused a kind of write is believed not to be allowed it."""


MARGIN = timedelta(minutes=5)
"""The time for which a write may still take effect after the client gave it up: longer than any time-out on the way."""


class Intent(msgspec.Struct, frozen=True):
    """A write whose outcome is not known: it was about to be sent, or its reply was lost.

    `bound` is the instant from which its effect must be looked for, `run` the run that sent it. `gave_up` is when the
    client stopped waiting, None for what a dying process left behind; `absent` when the first complete reading began
    that lacked the effect; `trouble` why nobody can tell yet.
    """

    id: int
    change: Change
    bound: datetime
    run: int
    gave_up: datetime | None = None
    absent: datetime | None = None
    trouble: str = ""

    @property
    def until(self) -> datetime | None:
        """The instant before which no absence proves anything; None while nobody knows when the client gave up."""
        return self.gave_up and self.gave_up + MARGIN

    def is_due(self, now: datetime) -> bool:
        """Return whether a reading that begins now may tell more than the last one."""
        return self.absent is None or self.until is None or now >= self.until


class Outbox:
    """The intents and the change log of one pair, inside one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def begin(self, run: int, change: Change, now: datetime) -> int:
        """Record a write that is about to be sent; commit before sending. Returns the intent's number."""
        values = {
            "pair": self._rows.pair,
            "key": change.key,
            "effect": change.effect,
            "run": run,
            "link": change.link,
            "state": "sent",
            "change": msgspec.to_builtins(change),
            "attempt": self._attempts(change.effect) + 1,
            "bound": now,
            "error": "",
        }
        result = self._rows.connection.execute(_BEGIN, values)
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key

    def _attempts(self, effect: str) -> int:
        return int(self._rows.ask(_ATTEMPTS, of_effect=effect).scalar_one())

    def finish(self, intent: int, state: str, now: datetime, error: str = "") -> None:
        """Record a write's outcome: done, differs, failed, forbidden, unsent, or unknown.

        One that differs is live otherwise than it was sent; a forbidden one is so to this key, whatever the record. An
        outcome that another run has found meanwhile stays. One that is unknown is given up now.
        """
        self._rows.ask(_FINISH, intent=intent, state=state, finished_at=now, error=error)
        if state == "unknown":
            self._rows.ask(_GIVE_UP_ONE, intent=intent, at=now)

    def give_up(self, now: datetime) -> None:
        """Count from now on what a process left behind that died; call it while holding the pair's lease."""
        self._rows.ask(_GIVE_UP, at=now)

    def lacked(self, intent: int, at: datetime) -> None:
        """Record that a complete reading, begun then, lacked the effect of a write."""
        self._rows.ask(_LACKED, intent=intent, at=at)

    def note(self, intent: int, trouble: str) -> None:
        """Record what keeps the outcome of a write from being learned; empty when nothing does."""
        self._rows.ask(_NOTE, intent=intent, why=trouble)

    def states(self) -> dict[str, int]:
        """Return how many intents are in each state."""
        return {row.state: row.number for row in self._rows.ask(_STATES)}

    def spent(self, since: datetime) -> int:
        """Cents of pay and of fees that writes cost since then, also those of unknown outcome; savings do not count."""
        return int(self._rows.ask(_SPENT, since=since).scalar_one() or 0)

    def unknown(self) -> list[Intent]:
        """The writes whose outcome nobody knows, oldest first; among them those that a dying process left behind."""
        return [
            Intent(
                row.id,
                msgspec.convert(row.change, Change),
                row.bound,
                row.run,
                row.gave_up_at,
                row.absent_at,
                row.trouble,
            )
            for row in self._rows.ask(_UNKNOWN)
        ]

    def refused(self, effects: Collection[str], now: datetime) -> dict[str, str]:
        """Return why writes with these effects were refused lately, by effect; none is sent while nothing changes."""
        found: dict[str, str] = {}
        for some in chunked(sorted(effects)):
            query = select(_INTENT.c.effect, _INTENT.c.error).where(
                _INTENT.c.pair == self._rows.pair,
                _INTENT.c.state == "failed",
                _INTENT.c.finished_at > now - _QUARANTINE,
                _INTENT.c.effect.in_(some),
            )
            found.update({row.effect: row.error for row in self._rows.connection.execute(query)})
        return found

    def barred(self, now: datetime) -> frozenset[str]:
        """What the Wonolo key was refused within a day, as `post requests`."""
        query = select(_INTENT.c.change).where(
            _INTENT.c.pair == self._rows.pair,
            _INTENT.c.state == "forbidden",
            _INTENT.c.finished_at > now - _BARRED,
        )
        changes = self._rows.connection.execute(query).scalars()
        return frozenset(need(msgspec.convert(change, Change)) for change in changes)

    def differing(self, since: datetime) -> list[Live]:
        """The writes since then that are live otherwise than they were sent, oldest first, until one put them right."""
        return [live for _, live in self._differing(since)]

    def _differing(self, since: datetime) -> list[tuple[int, Live]]:
        rows = sorted(self._rows.ask(_DIFFERING, since=since), key=lambda row: row.id)
        return [
            (
                row.id,
                Live(
                    msgspec.convert(row.change, Change),
                    tuple(row.wrong["fields"]),
                    row.wrong["record"],
                    row.error,
                    row.wrong.get("settled", False),
                ),
            )
            for row in rows
            if row.wrong
        ]

    def differs(self, intent: int, wrong: Iterable[str], record: str) -> None:
        """Record of a write that is live otherwise than it was sent which fields are, and of which record."""
        self._rows.ask(_WRONG, intent=intent, wrong={"fields": list(wrong), "record": record})

    def decided(self, asked: Change, *, settled: bool) -> None:
        """Record whether the answer to a question about what is live otherwise than it was sent settles it."""
        for intent, live in self._differing(_LONG_AGO):
            if (live.change.link, live.change.kind, live.record) == (asked.link, asked.kind, asked.record):
                wrong = {"fields": list(live.wrong), "record": live.record, "settled": settled}
                self._rows.ask(_WRONG, intent=intent, wrong=wrong)

    def put_right(self, change: Change) -> None:
        """Record that a write came back as it was sent: what came back otherwise before is settled by it."""
        settled = [intent for intent, live in self._differing(_LONG_AGO) if puts_right(change, live)]
        if settled:
            self._rows.ask(_PUT_RIGHT, some=settled)

    def lift(self, now: datetime) -> frozenset[str]:
        """Let the key be tried again at once; returns what it was barred from."""
        barred = self.barred(now)
        self._rows.ask(_LIFT)
        return barred

    def requests_sent(self, links: Collection[str]) -> dict[str, int]:
        """Return how often each link's JobRequest was sent and not refused; links without one sent are left out."""
        return {row.link: row.number for row in self._rows.ask_for_each(_SENT.group_by(_INTENT.c.link), links)}

    def never_sent(self, markers: Collection[str]) -> frozenset[str]:
        """Return those of the markers that no intent of this database carries."""
        return frozenset(key for key in markers if self._rows.ask(_CARRIES, text=f"%[sb:{key}]%").first() is None)

    def links_of(self, key: str) -> list[str]:
        """The links of the changes that were ever sent under this key."""
        return sorted({row.link for row in self._rows.ask(_OF_KEY, of_key=key)})
