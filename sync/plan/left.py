"""What a first run leaves alone, in numbers: two accounts that were used for years hold more than what is offered."""

from collections.abc import Collection, Iterable

from sync.plan.model import Change
from sync.plan.snapshot import Snapshot


def left_alone(known: Collection[int], told: Iterable[Change], snapshot: Snapshot) -> list[Change]:
    """Remarks about the shifts that are none of ours, but for those that are `known` or `told` of one by one.

    None once something was linked.
    """
    if snapshot.others is None:
        return []
    named = {str(shift) for shift in known} | {row.record for row in told}
    opened = [row for row in snapshot.shifts if str(row.get("user_id") or 0) == "0" and str(row["id"]) not in named]
    counts = {**snapshot.others, "they are outside [scope], or not to be offered yet": len(opened)}
    return [_remark(count, reason) for reason, count in counts.items() if count]


def _remark(count: int, reason: str) -> Change:
    shifts = "1 shift" if count == 1 else f"{count:,} shifts"
    return Change(
        action="none",
        verdict="skip",
        kind="shift",
        link="",
        subject=f"{shifts} in When I Work",
        reason=f"left alone, as {reason}",
        code="left alone",
        rank=9,
    )
