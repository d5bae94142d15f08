"""What a person approved as a whole: the changes of a saved plan, as far as the facts under them still hold."""

from collections.abc import Mapping

import msgspec

from sync.plan.model import Plan


class Approval(msgspec.Struct, frozen=True):
    """The changes that may be carried out, each with the facts it was approved on.

    `subjects` says in words what was approved, `links` to what each belongs.
    """

    facts: Mapping[str, str]
    subjects: Mapping[str, str] = {}
    links: Mapping[str, str] = {}

    def stale(self, plan: Plan) -> tuple[str, ...]:
        """The keys of approved changes that a plan made now has no longer, or for other reasons."""
        holding = {change.key: change.facts for change in plan.to_do}
        return tuple(key for key, facts in self.facts.items() if holding.get(key) != facts)

    def narrowed(self, plan: Plan) -> Plan:
        """The plan without the changes that nobody approved; what is not to be done stays as it is.

        A change that a later pass brings to light was not in the plan that a person saw, and waits for another.
        """
        changes = (row for row in plan.changes if row.verdict != "do" or self.facts.get(row.key) == row.facts)
        return msgspec.structs.replace(plan, changes=tuple(changes))


def whole(plan: Plan) -> Approval:
    """The approval of everything a plan would do."""
    return Approval({change.key: change.facts for change in plan.to_do})
