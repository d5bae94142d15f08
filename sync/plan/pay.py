"""What a change of a demand costs: paid minutes and cents, by what its JobRequest pays, else by the configured rate."""

from mappings.convert import share, wage
from mappings.demand import HOLDING, Posting
from mappings.model import Demand, Rules
from sync.plan.model import Risk


def pay(demand: Demand, rules: Rules, posting: Posting | None = None) -> int:
    """Cents that one worker gets for a demand.

    A 1099 JobRequest carries the total wage, and keeps its rate when its hours change (`mappings.skill.repaid`).
    """
    skill = rules.skill(demand.skill)
    now = posting.demand if posting and posting.wage and skill.classification == "1099" else None
    if posting is None or now is None or now.skill != demand.skill or now.paid_minutes <= 0:
        return wage(skill.hourly_rate, demand.paid_minutes)
    return share(posting.wage, demand.paid_minutes, now.paid_minutes)


def half(cents: int) -> int:
    """Half of an amount, rounded up."""
    return -(-cents // 2)


def spend(before: Demand | None, after: Demand | None, rules: Rules, posting: Posting | None = None) -> Risk:
    """What a change of a JobRequest adds in paid minutes and cents, and how many seated workers it touches."""
    then, now = _cost(after, rules, posting), _cost(before, rules, posting)
    seated = {seat.worker for seat in posting.seats if seat.state in HOLDING} if posting else set()
    return Risk(paid_minutes=then[0] - now[0], cents=then[1] - now[1], people=len(seated))


def _cost(demand: Demand | None, rules: Rules, posting: Posting | None) -> tuple[int, int]:
    if demand is None:
        return 0, 0
    return demand.headcount * demand.paid_minutes, demand.headcount * pay(demand, rules, posting)
