"""How probable it is that two records are one person: the model of Fellegi and Sunter, fitted to the lists by EM.

Each level of an attribute has a share among records of one person (`same`) and among those of two (`other`); how much
they differ is the level's weight. Nobody has to say which pairs are right: expectation maximisation finds the shares
that explain the two lists best. It takes a fixed way from fixed beginnings, so the same lists give the same model.
"""

from collections import Counter
from math import exp, log, log2

import msgspec

from mappings.blocking import Compared
from mappings.likeness import ATTRIBUTES, Levels

ENOUGH = 30
"""People in the shorter list from which there is something to learn; with fewer the usual shares hold."""

_ROUNDS = 50
_SAME_WEIGHT, _OTHER_WEIGHT = 20.0, 1000.0
"""How many pairs the usual shares count for beside those of the lists: no level ever becomes impossible."""

Shares = tuple[tuple[float, ...], ...]


class Model(msgspec.Struct, frozen=True):
    """Shares of the levels, and the share of pairs that are one person; `learned` from the lists, or the usual ones."""

    same: Shares
    other: Shares
    common: float
    learned: bool = False

    def weight(self, levels: Levels) -> float:
        """How much the levels speak for one person, in bits; below zero they speak against it."""
        shares = zip(levels, self.same, self.other, strict=True)
        return sum(log2(same[level] / other[level]) for level, same, other in shares if level is not None)

    def probability(self, levels: Levels) -> float:
        """The probability that a pair with these levels is one person, from 0 to 1."""
        against = -self.weight(levels) * log(2) - log(self.common / (1 - self.common))
        return 1 / (1 + exp(min(against, 700)))


def fitted(lists: Compared) -> Model:
    """The model that explains the lists best; the usual one where they are too short to learn from."""
    workers, users = len(lists.workers), len(lists.users)
    shortest = min(workers, users)
    model = Model(
        tuple(attribute.same for attribute in ATTRIBUTES),
        tuple(attribute.other for attribute in ATTRIBUTES),
        min(0.1, 0.5 / max(workers, users, 1)),
    )
    if shortest < ENOUGH:
        return model
    patterns = Counter(lists.levels.values())
    for _ in range(_ROUNDS):
        model = _better(model, patterns, lists.totals, workers * users)
    return msgspec.structs.replace(model, learned=True)


def _better(model: Model, patterns: Counter[Levels], totals: Shares, pairs: int) -> Model:
    """One round of EM: how many of each pattern are one person by the model, and the shares that follow from it."""
    matching = {levels: count * model.probability(levels) for levels, count in patterns.items()}
    matches = sum(matching.values())
    same, other = [], []
    for position, (attribute, every) in enumerate(zip(ATTRIBUTES, totals, strict=True)):
        ours = [0.0] * len(attribute.words)
        for levels, count in matching.items():
            if (level := levels[position]) is not None:
                ours[level] += count
        theirs = [max(0.0, total - count) for total, count in zip(every, ours, strict=True)]
        same.append(_shares(ours, attribute.same, _SAME_WEIGHT))
        other.append(_shares(theirs, attribute.other, _OTHER_WEIGHT))
    return Model(tuple(same), tuple(other), (matches + 1) / (pairs + 2))


def _shares(counts: list[float], usual: tuple[float, ...], weight: float) -> tuple[float, ...]:
    every = sum(counts) + weight
    return tuple((count + share * weight) / every for count, share in zip(counts, usual, strict=True))
