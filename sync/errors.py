# ruff: noqa: N818 - each name says what happened, briefly
"""Everything that goes wrong on purpose, split by what the caller does next.

SyncError
  ConfigError          tell the user everything wrong at once, no traceback
  RemoteError          carries system, request, status
    Unavailable        nothing happened there (network, 5xx on a read): try again later
      RateLimited      the same, at a known time
      Untrusted        the same, until a person has looked at its certificate
    OutcomeUnknown     a write that may have happened: look before sending again
    Unauthorized       stop this system, alert
    Forbidden          learn the capability, show the change as blocked
    Rejected           quarantine the record, show it in the report
    InvalidResponse    the API changed shape: stop this system, alert
  UnsafePlan           nothing was written; every guard that refuses, with number, limit and override
  StalePlan            the world moved since the plan was approved: plan again
  NothingToUndo        no such run, or it wrote nothing
  NoHistory            no such record: name it otherwise
  ClockWrong           this clock is not the service's, or earlier than what was read already: set it right
  NotSent              a write was held back at the last moment: nothing happened, end the run
    LeaseLost          another process may write by now
    Stopped            somebody asked this process to end
  StoreError           the database cannot be used
    StoreLocked        somebody else is writing: try again later
      LeaseTaken       another process has the lease of the pair: wait for it
    StoreNewer         a newer version of the program made it: upgrade
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOT_JSON = "not_json"
"""The `code` of a refusal that came as a page or text: a proxy's voice rather than the API's own."""


class SyncError(Exception):
    """Root of the tree; its text is one sentence that may be shown to the user as it is."""


class ConfigError(SyncError):
    """The configuration cannot be used; `problems` lists everything wrong with it, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class RemoteError(SyncError):
    """A call of one of the two APIs failed.

    `system` is `wonolo` or `wheniwork`; `request` is method and path without the query (Wonolo's query carries the
    token); `status` is None when no answer came; `message` is a short excerpt without contact data.
    """

    def __init__(self, system: str, request: str, status: int | None, message: str) -> None:
        self.system = system
        self.request = request
        self.status = status
        self.message = message
        super().__init__(": ".join((system, request, *(() if status is None else (str(status),)), message)))

    @property
    def spreads(self) -> bool:
        """Return True if calls about other records would fail too; an error about one record stops only that record."""
        return False


class Unavailable(RemoteError):
    """The service could not be reached or failed, and nothing was changed by this call."""

    @property
    def spreads(self) -> bool:
        """An answer is about the record that was asked for; without one the service is out of reach."""
        return self.status is None


class RateLimited(Unavailable):
    """The service asked for a pause; `retry_after` is in seconds, None when it did not say how long."""

    def __init__(
        self, system: str, request: str, status: int | None, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(system, request, status, message)
        self.retry_after = retry_after

    @property
    def spreads(self) -> bool:
        """A pause is asked of everybody."""
        return True


class Untrusted(Unavailable):
    """What answers shows a certificate that is not trusted, so it was told nothing."""


class OutcomeUnknown(RemoteError):
    """A write got no certain answer: it may have happened, so read back before it is sent again."""


class Unauthorized(RemoteError):
    """The credentials are refused, also after a fresh login."""

    @property
    def spreads(self) -> bool:
        """Whoever may not log in may do nothing."""
        return True


class Forbidden(RemoteError):
    """This login may not do this.

    `ambiguous` is true when the refusal may be throttling in disguise (When I Work reference 4); the service then
    named no reason of its own.
    """

    def __init__(self, system: str, request: str, status: int | None, message: str, *, ambiguous: bool = False) -> None:
        super().__init__(system, request, status, message)
        self.ambiguous = ambiguous

    @property
    def certain(self) -> bool:
        """Whether this is the service's own last word."""
        return not self.ambiguous


class Rejected(RemoteError):
    """The service understood and refused for good; `code` is its own error code, None when it gave none."""

    def __init__(self, system: str, request: str, status: int, message: str, code: int | str | None = None) -> None:
        super().__init__(system, request, status, message)
        self.status: int = status
        self.code = code

    @property
    def certain(self) -> bool:
        """Whether this is the service's own last word, and not that of a proxy before it."""
        return self.code != NOT_JSON

    @property
    def gone(self) -> bool:
        """Whether the API itself said that the record does not exist.

        When I Work's code 4005 has been seen without its status (When I Work reference 12). A 404 page of a proxy
        (`code` is `NOT_JSON`) says nothing about the record.
        """
        missing = self.status in {404, 410} or (self.status == 400 and self.code == 4005)
        return missing and self.certain


class InvalidResponse(RemoteError):
    """The answer to a read is not what the API is known to send."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One guard's reason to refuse a plan: what it counted, its limit, and how to let it pass once.

    `why` is a sentence without its full stop.
    """

    guard: str
    number: int
    limit: float
    why: str
    override: str


class UnsafePlan(SyncError):
    """Guards refused a plan before anything was written; `refusals` are all of their reasons."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(f"nothing was written: {self.advice}")

    @property
    def advice(self) -> str:
        """All reasons, and what to do if this is meant."""
        reasons = "; and ".join(row.why for row in self.refusals)
        return f"{reasons}. If this is meant, run again with {self.override}"

    @property
    def override(self) -> str:
        """The options that let exactly this pass, once."""
        return " ".join(row.override for row in self.refusals)


class StalePlan(SyncError):
    """Nothing of an approved plan holds any more; `changed` says in words what no longer does, and why."""

    def __init__(self, changed: Sequence[str]) -> None:
        self.changed = list(changed)
        what = "; ".join(self.changed)
        super().__init__(
            f"nothing was written, as the approved plan does not hold any more: {what}. Look at a new diff"
        )


class NothingToUndo(SyncError):
    """A run that cannot be undone: it is not there, has not ended, or wrote nothing."""


class NoHistory(SyncError):
    """Nothing is known of what a history was asked for; the text says how such things are named."""


class ClockWrong(SyncError):
    """The clock differs from the service's, or is behind the last run; what is read or sent now would be wrong."""


class NotSent(SyncError):
    """A write was held back right before it was sent, so nothing happened."""


class LeaseLost(NotSent):
    """Another process may write for the pair by now, so this one must not."""

    def __init__(self) -> None:
        super().__init__(
            "another run has taken over, as this one did not move for more than 30 seconds; it ends here, and what it "
            "had not sent is planned anew"
        )


class Stopped(NotSent):
    """Somebody asked the process to end."""

    def __init__(self) -> None:
        super().__init__("stopped")


class StoreError(SyncError):
    """The database cannot be used; the text says why and what to do."""


class StoreLocked(StoreError):
    """Another process holds the database; nothing was changed."""


class LeaseTaken(StoreLocked):
    """Another process has the lease of the pair; `holder` says in words which."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"another run of this pair is under way: {holder}")


class StoreNewer(StoreError):
    """A newer version of the program migrated the database; this one must not touch it."""
