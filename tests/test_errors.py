"""What the errors that the user reads say."""

from __future__ import annotations

from sync.errors import ConfigError, Refusal, StalePlan, UnsafePlan


def test_a_configuration_error_tells_everything_at_once() -> None:
    """Each problem stays a sentence of its own."""
    error = ConfigError(["wonolo.api_key is missing", "unknown key `horizn`"])
    assert (error.problems, str(error)) == (
        ["wonolo.api_key is missing", "unknown key `horizn`"],
        "wonolo.api_key is missing; unknown key `horizn`",
    )


def test_an_unsafe_plan_names_every_reason_and_the_way_past_it() -> None:
    """The reasons are the guards' own sentences."""
    error = UnsafePlan(
        [
            Refusal("hours", 320, 200, "320 paid hours would be cancelled; at most 200 may", "--allow hours=320"),
            Refusal("scope", 51, 9, "51 changes would follow", "--allow scope"),
        ]
    )
    assert str(error) == (
        "nothing was written: 320 paid hours would be cancelled; at most 200 may; and 51 changes would follow. "
        "If this is meant, run again with --allow hours=320 --allow scope"
    )


def test_a_stale_plan_names_what_changed() -> None:
    """The keys are those of the plan's items."""
    assert str(StalePlan(["demand-7", "demand-9"])) == (
        "nothing was written, as the approved plan does not hold any more: demand-7; demand-9. Look at a new diff"
    )
