"""The cost of each answer and who bears it: pay a worker loses, a fee the company owes, seats that open or go. Pure."""

from collections.abc import Collection

from sync.plan import wording
from sync.plan.about import About


def sent_home(workers: Collection[str], this: About) -> str:
    """Return what it costs whom to take these workers off, as `Ana R. loses $150.00 of pay and is owed $75.00`."""
    if not workers:
        return "nobody holds a seat of it"
    each, fee = this.pay, this.fee(1)
    owed = f" and {'is' if len(workers) == 1 else 'are each'} owed {wording.money(fee)} by the company" if fee else ""
    verb, per = ("loses", "") if len(workers) == 1 else ("lose", " each")
    return f"{wording.both(workers, this.people)} {verb} {wording.money(each)} of pay{per}{owed}"


def stays(workers: Collection[str], this: About) -> str:
    """Return who keeps a seat, as `Ana R. keeps the seat`."""
    if not workers:
        return "the seats stay offered in Wonolo"
    return f"{wording.both(workers, this.people)} {'keeps the seat' if len(workers) == 1 else 'keep their seats'}"
