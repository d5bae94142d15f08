"""The options that decide who owns a field, at which stage; the table they stand over is `mappings.ownership`."""

from pydantic import Field, ValidationInfo, field_validator

from mappings.overriding import assembled, overridden
from mappings.ownership import Ownership
from sync.config.section import Section


class OwnershipSection(Section):
    """Whose value wins where both sides changed a field, stage by stage; what one side alone changed is copied.

    "wheniwork" or "wonolo"; or "nobody": then nothing is written, and a difference is a conflict for you to settle.
    With ", ask" a change waits for a yes, with ", ask for fewer" only a lower headcount does. `shiftbridge policy`
    prints the whole table.
    """

    open: dict[str, str] = Field(
        default={},
        description="Farther from the start than cutoff_hours: managers plan in When I Work, and workers accept and "
        "withdraw in Wonolo.",
    )
    locked: dict[str, str] = Field(
        default={},
        description="Nearer than that: workers count on what they accepted, and cancelling costs half the pay.",
    )
    running: dict[str, str] = Field(
        default={},
        description="Work has begun: place, skill and start stay, and only Wonolo's clock counts the hours.",
    )
    done: dict[str, str] = Field(
        default={},
        description="Work is over: who worked and how long can be put right until Wonolo approves it; after that "
        "nobody changes anything.",
    )
    settled: dict[str, str] = Field(default={})
    worker: dict[str, str] = Field(
        default={},
        description="Workers tell Wonolo their name and how to reach them; nobody = leave When I Work's users as they "
        "are.",
    )

    @field_validator("*")
    @classmethod
    def _possible(cls, rights: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        overridden(str(info.field_name), rights)
        return rights

    @property
    def table(self) -> Ownership:
        """The whole table with what is decided here."""
        return assembled({section: overridden(section, rights) for section, rights in self.model_dump().items()})
