"""What a Wonolo key turned out not to be allowed (Wonolo reference 13), and what a person does in the portal then."""

from collections.abc import Collection, Mapping

from sync.plan.model import Action, Change, Kind, Verdict

_NEEDS: Mapping[tuple[Action, Kind], str] = {
    ("create", "job_request"): "post requests",
    ("update", "job_request"): "change requests",
    ("delete", "job_request"): "change requests",  # it is cancelled by a change of its state
    ("assign", "job"): "give seats",
    ("release", "job"): "take seats back",
    ("update", "job"): "change hours worked",
}
_BY_HAND: Mapping[tuple[Action, Kind], str] = {
    ("create", "job_request"): "post it in the Wonolo portal as shown, and it is recognised by place, work and hours",
    ("update", "job_request"): "change it in the Wonolo portal as shown",
    ("delete", "job_request"): "cancel it in the Wonolo portal",
    ("assign", "job"): "assign this worker to the request in the Wonolo portal",
    ("release", "job"): "cancel this worker's job in the Wonolo portal",
    ("update", "job"): "change the hours in the Wonolo portal before the job is approved",
}
_LATER = "tried again after a day, or once `shiftbridge doctor` was run"


def need(change: Change) -> str:
    """What the Wonolo key must be allowed for a change, as `post requests`; empty where it takes no Wonolo key."""
    return _NEEDS.get((change.action, change.kind), "") if change.system == "wonolo" else ""


def ruled_out(change: Change, barred: Collection[str]) -> tuple[Verdict, str] | None:
    """Verdict and reason for a change that needs what the key is barred from; None for any other."""
    wanted = need(change)
    if not change.writes or wanted not in barred:
        return None
    by_hand = _BY_HAND[change.action, change.kind]
    return "blocked", f"the Wonolo key may not {wanted}: {by_hand} ({_LATER})"
