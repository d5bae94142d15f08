"""The options that say what is too much for one run."""

from pydantic import Field

from sync.config.section import Section


class GuardsSection(Section):
    """What is too much for one run: a plan over any of these limits is refused before anything is written.

    It says what it found, and which `--allow` lets exactly that pass, once.
    """

    share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="The share of the linked records of a kind that may change, or go. Managers change some shifts; a "
        "wrong account, a wrong time zone or a slip of a bulk edit changes most of them.",
    )
    at_least: int = Field(
        default=10,
        ge=0,
        description="... but only where at least so many are linked: of a few, a share says nothing.",
    )
    cancelled_hours: float = Field(
        default=200,
        ge=0,
        description="The paid hours that may be cancelled: workers have planned their weeks with them. 200 are 25 "
        "shifts of 8 hours.",
    )
    spend_per_run: float = Field(
        default=10_000,
        ge=0,
        description="The dollars of pay that one run may add: a headcount of 100 in place of 10 is a slip of one key.",
    )
    spend_per_day: float = Field(
        default=25_000,
        ge=0,
        description="The dollars of pay that all runs within 24 hours may add: many small slips are a large one.",
    )
