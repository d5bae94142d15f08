"""What guards are given, and what each of them finds."""

from collections.abc import Mapping

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """What one run may do at most.

    `share` of the linked records of a kind may change, once there are `at_least` of them. `cancelled_hours` are paid
    hours, `spend_per_run` and `spend_per_day` dollars of pay that are added.
    """

    share: float = 0.3
    at_least: int = 10
    cancelled_hours: float = 200
    spend_per_run: float = 10_000
    spend_per_day: float = 25_000


class Facts(msgspec.Struct, frozen=True):
    """What a plan does not show.

    `linked`: how many records of a kind links hold whose work is not over; `gone`: how many of those their system no
    longer has, or shows as cancelled. `listed`: how many records the pull was shown of what it reads whole, and
    `complete`: whether it was shown all of them. `spent`: cents added in the last 24 hours. `rescoped`: what of the
    configuration says which work is looked at, and is not as it was at the last reconcile, in words.
    """

    linked: Mapping[str, int] = {}
    gone: Mapping[str, int] = {}
    listed: Mapping[str, int] = {}
    complete: bool = True
    spent: int = 0
    rescoped: tuple[str, ...] = ()


class Measured(msgspec.Struct, frozen=True):
    """What one guard counted, its limit, and what that means in a sentence without an end."""

    guard: str
    number: int
    limit: float
    why: str
