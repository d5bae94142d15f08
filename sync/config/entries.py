"""The two lists of a configuration: places and skills, as each system knows them."""

from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from mappings.convert import cents
from mappings.model import Place, Skill
from sync.config.section import Section


class PlaceEntry(Section):
    """Where work happens: a When I Work location (and site), and the address that Wonolo shows its workers."""

    name: str = Field(min_length=1, description="What you call it; reports use this name.")
    location_id: int
    site_id: int = Field(default=0, description="A site of that location; 0 = shifts without a site.")
    venue: str = Field(
        default="",
        description="What Wonolo's workers read above the address, if not the name. Places that share an address "
        "are told apart by it.",
    )
    address: str
    city: str
    zip: str
    zone: str = Field(description="The time zone of the place.")
    also: tuple[str, ...] = Field(
        default=(),
        description="Other spellings of the address or venue in Wonolo, beyond case, punctuation and usual "
        "abbreviations: 'Old Mill, Gate 2', with the zip after a comma where it is another.",
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (OSError, ValueError, KeyError):
            near = get_close_matches(zone, available_timezones(), 1)
            hint = f"did you mean {near[0]!r}?" if near else "write one like 'America/Chicago'"
            raise ValueError(f"{zone!r} is no time zone; {hint}") from None

    @property
    def place(self) -> Place:
        """The place as the mappings know it."""
        return Place(key=self.name, **self.model_dump(exclude={"name"}))


class SkillEntry(Section):
    """What somebody must be able to do: a When I Work position, and how Wonolo is asked for it."""

    name: str = Field(min_length=1, description="What you call it; reports use this name.")
    position_id: int
    category: str = Field(description="One of your company's categories in Wonolo.")
    description: str = Field(description="What Wonolo's workers read about the work.")
    hourly_rate: float = Field(
        ge=0, description="The pay in dollars an hour; a 1099 request carries rate x paid hours."
    )
    classification: Literal["1099", "w2"] = "1099"
    badges: tuple[str, ...] = Field(default=(), description="Names of badges the workers should have.")
    words: tuple[str, ...] = Field(
        default=(),
        description="What the name or description of a request must mention (one of these, or the name above) to be "
        "this skill; needed where other work has the same category.",
    )
    lead_hours: float | None = Field(
        default=None,
        ge=0,
        description="Keep an open shift with your own people until so many hours before it starts.",
    )

    @property
    def skill(self) -> Skill:
        """The skill as the mappings know it, with the rate in cents."""
        fields = self.model_dump(exclude={"name", "hourly_rate", "lead_hours"})
        return Skill(key=self.name, hourly_rate=cents(self.hourly_rate), **fields)
