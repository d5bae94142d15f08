"""What the errors that the user reads say."""

from __future__ import annotations

from sync.errors import ConfigError, StalePlan, UnsafePlan


def test_a_configuration_error_tells_everything_at_once() -> None:
    """Each problem stays a sentence of its own."""
    error = ConfigError(["wonolo.api_key is missing", "unknown key `horizn`"])
    assert (error.problems, str(error)) == (
        ["wonolo.api_key is missing", "unknown key `horizn`"],
        "wonolo.api_key is missing; unknown key `horizn`",
    )


def test_an_unsafe_plan_names_the_guard_the_number_the_limit_and_the_way_past_it() -> None:
    """Whole numbers are printed whole."""
    error = UnsafePlan("delete:shifts", 40.0, 12, "--allow delete:shifts=40")
    assert str(error) == (
        "guard delete:shifts: 40 is over the limit of 12; nothing was written. "
        "If this is meant, run again with --allow delete:shifts=40"
    )


def test_a_stale_plan_names_what_changed() -> None:
    """The keys are those of the plan's items."""
    assert str(StalePlan(["demand-7", "demand-9"])) == (
        "nothing was written, as this changed since the plan was made: demand-7; demand-9. Look at a new diff"
    )
