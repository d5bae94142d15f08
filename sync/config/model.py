"""Every option: its name, type, default, limits, and what it is for.

The descriptions are the comments of the files that `writing` makes, `config.example.toml` among them.
"""

import ssl
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings import place, skill
from mappings.model import NAMES, Rules, Scope, System
from sync.config.access import WhenIWorkSection, WonoloSection
from sync.config.daemon import DaemonSection
from sync.config.entries import PlaceEntry, SkillEntry
from sync.config.guards import GuardsSection
from sync.config.ownership import OwnershipSection
from sync.config.section import Section

NOT_READY = "wonolo.write: is switched on, but "
"""The beginning of each sentence about what is to be filled in before anything is written."""


class NotReady(ValueError):  # noqa: N818 - what is still to be filled in
    """Writing to Wonolo is switched on before everything is filled in; each gap is one sentence."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__("; ".join(gaps))
        self.gaps = gaps


class DatabaseSection(Section):
    """Where shiftbridge keeps what it has seen and done."""

    url: str = Field(
        default="sqlite:///shiftbridge.db",
        repr=False,
        description="A SQLite file (seen from this file's folder), or postgresql://user:password@host/name.",
    )
    keep_days: int = Field(
        default=400,
        ge=1,
        description="How many days `shiftbridge history` remembers what people did; our own writes are kept for good.",
    )

    @field_validator("url")
    @classmethod
    def _supported(cls, url: str) -> str:
        scheme, _, rest = url.partition("://")
        if scheme in ("postgres", "postgresql", "postgresql+psycopg") and rest:
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite" and len(rest) > 1:
            return url
        raise ValueError("must be sqlite:///path/to/file.db or postgresql://user:password@host/name")


class ConnectionSection(Section):
    """How both services are reached."""

    ca_file: str = Field(
        default="",
        description="A PEM file of authorities to trust beside the usual ones: that of your company's proxy, or of a "
        "sandbox that serves https.",
    )

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, path: str) -> str:
        try:
            if path:
                ssl.create_default_context(cafile=path)
        except ssl.SSLError:
            raise ValueError(f"{path} holds no certificate; it must be a PEM file") from None
        except FileNotFoundError:
            raise ValueError(f"there is no file {path} (that of a sandbox goes when the sandbox ends)") from None
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}") from None
        return path


class SyncSection(Section):
    """What to look at, and how carefully."""

    horizon_days: int = Field(default=14, ge=1, le=365, description="How many days ahead to keep both systems equal.")
    history_days: int = Field(
        default=92,
        ge=1,
        description="How far back the very first pull asks Wonolo; what nobody touched since is seen once it changes.",
    )
    times_days: int = Field(
        default=14,
        ge=0,
        le=92,
        description="How many days back hours worked are kept equal with When I Work's Times; 0 = leave Times alone.",
    )
    week_starts: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="monday", description="On which day a week begins in `shiftbridge hours`."
    )
    cutoff_hours: float = Field(
        default=12,
        ge=0,
        description="How close to its start a shift is left to people: cancelling then costs half the pay, so such a "
        "change waits for a yes.",
    )
    workers: Literal["create", "match", "placeholder"] = Field(
        default="create",
        description="A Wonolo worker who is nobody in When I Work: create = becomes a user there (who gets no "
        "invitation); placeholder = becomes one by name alone, with your placeholder_email and no telephone number; "
        "match = waits until you add them.",
    )
    placeholder_email: str = Field(
        default="",
        description="The e-mail of such placeholders, where {worker} stands for the number of the worker, so that each "
        "has its own: 'shifts+{worker}@example.com'.",
    )
    clock: Literal["system", "wonolo"] = Field(
        default="system",
        description="Whose clock counts: system = this machine's; wonolo = the service's own, for a sandbox whose time "
        "was moved.",
    )

    @field_validator("placeholder_email")
    @classmethod
    def _each_its_own(cls, email: str) -> str:
        name, _, domain = email.partition("@")
        if email and not ("{worker}" in name and "." in domain and "{" not in domain):
            raise ValueError("must be an e-mail with {worker} before its @, as 'shifts+{worker}@example.com'")
        return email

    @model_validator(mode="after")
    def _reached(self) -> Self:
        if self.workers == "placeholder" and not self.placeholder_email:
            raise ValueError("workers = 'placeholder' needs a placeholder_email, as 'shifts+{worker}@example.com'")
        return self


class ScopeSection(Section):
    """Which open shifts of the places and skills below are offered to Wonolo; empty means each published one."""

    tag: str = Field(default="", description="Only shifts with this text in their notes.")
    color: str = Field(default="", description="Only shifts of this colour, as When I Work spells it.")


class Config(Section):
    """One pair of accounts and its rules."""

    name: Annotated[
        str, Field(min_length=1, description="The name of this pair of accounts in the database; leave it once used.")
    ] = "main"
    database: DatabaseSection = DatabaseSection()
    daemon: DaemonSection = DaemonSection()
    connection: ConnectionSection = ConnectionSection()
    wonolo: WonoloSection
    wheniwork: WhenIWorkSection
    sync: SyncSection = SyncSection()
    scope: ScopeSection = ScopeSection()
    guards: GuardsSection = GuardsSection()
    ownership: OwnershipSection = OwnershipSection()
    places: tuple[PlaceEntry, ...] = ()
    skills: tuple[SkillEntry, ...] = ()

    @field_validator("places")
    @classmethod
    def _each_place_once(cls, places: tuple[PlaceEntry, ...]) -> tuple[PlaceEntry, ...]:
        _only_once("name", (row.name for row in places))
        _only_once("location and site", ((row.location_id, row.site_id) for row in places))
        if found := place.clash([row.place for row in places]):
            one, other, address = found
            raise ValueError(
                f"{one.key!r} and {other.key!r} share the address {address!r}, and no venue tells them apart; give "
                "each a venue of its own, as requests have it"
            )
        return places

    @field_validator("skills")
    @classmethod
    def _each_skill_once(cls, skills: tuple[SkillEntry, ...]) -> tuple[SkillEntry, ...]:
        _only_once("name", (row.name for row in skills))
        _only_once("position_id", (row.position_id for row in skills))
        if found := skill.clash(row.skill for row in skills):
            one, other, shared = found
            raise ValueError(
                f"{one.key!r} and {other.key!r} share the category {one.category!r} and {shared}, so that no "
                "request tells which; give each a description, and `words`, of its own"
            )
        return skills

    @model_validator(mode="after")
    def _ready_to_write(self) -> Self:
        """What a diff can do without, but no request to real people."""
        if not self.wonolo.write:
            return self
        gaps = [f"places {row.name!r} has no {key}" for row in self.places for key in _blanks(row)]
        gaps += [f"skills {row.name!r} has no hourly_rate" for row in self.skills if not row.hourly_rate]
        gaps += [f"skills {row.name!r} has no category" for row in self.skills if not row.category]
        if gaps:
            raise NotReady([f"{NOT_READY.partition(': ')[2]}{gap}" for gap in gaps])
        return self

    @property
    def switched_off(self) -> tuple[System, ...]:
        """The systems that may not be written to yet."""
        return tuple(system for system in NAMES if not getattr(self, system).write)

    @property
    def looked_at(self) -> dict[str, dict[str, Any]]:
        """What says which work is looked at, by what it belongs to: a place, a skill, or nothing in particular."""
        rows = {"": {"horizon_days": self.sync.horizon_days, **self.scope.model_dump()}}
        rows |= {f"place {row.name}": _told(row) for row in self.places}
        return rows | {f"skill {row.name}": _told(row) for row in self.skills}

    @property
    def rules(self) -> Rules:
        """What the mappings need to know of all this."""
        lead = {row.name: round(row.lead_hours * 60) for row in self.skills if row.lead_hours is not None}
        return Rules(
            places=tuple(row.place for row in self.places),
            skills=tuple(row.skill for row in self.skills),
            scope=Scope(tag=self.scope.tag, color=self.scope.color, lead_minutes=lead),
            start_time_format=self.wonolo.start_time_format,
            employer_id=self.wonolo.employer_id,
        )


def _told(row: PlaceEntry | SkillEntry) -> dict[str, Any]:
    """An entry but for its name, and for lists of later versions that nobody filled: an upgrade is no other scope."""
    dumped = row.model_dump(mode="json", exclude={"name"})
    return {key: value for key, value in dumped.items() if value or key not in ("also", "words")}


def _blanks(row: PlaceEntry) -> list[str]:
    return [key for key in ("address", "city", "zip") if not getattr(row, key).strip()]


def _only_once(what: str, values: Iterable[Hashable]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"each {what} may stand there only once; more than once: {', '.join(map(str, twice))}")
