"""Who of two lists is the same person: certainly, perhaps (then a person decides), or not, with the evidence in words.

A pair is certain when a person said so; by an exact key, which is the employee code `wonolo:<id>`, or one that is the
worker's external id while the names have something in common; or by the same name and the same phone number or e-mail
address, if the model finds it probable by CERTAIN and ahead of every other pair with one of the two by AHEAD. It is
doubtful when it is probable by LIKELY and neither of the two is certainly somebody else.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

import msgspec

from mappings.blocking import Compared, compared
from mappings.decision import Decision
from mappings.likeness import EMAIL, NAME, PHONE, Levels, Person, in_words
from mappings.linkage import Model, fitted
from mappings.worker import is_key, typed

CERTAIN = 0.99
LIKELY = 0.1
AHEAD = 10.0
"""Bits: about a thousand times as likely."""

SAME, DIFFERENT = "same", "different"


class Proposed(Protocol):
    """Two records that may be the same."""

    @property
    def key(self) -> str:
        """What a decision about them is kept under."""
        ...

    @property
    def facts(self) -> str:
        """A digest of what such a decision rests on."""
        ...


class Match(msgspec.Struct, frozen=True):
    """A Wonolo worker and a When I Work user who are the same person, or may be; `score` is a percentage."""

    worker: Person
    user: Person
    evidence: str
    score: int = 100
    certain: bool = False

    @property
    def key(self) -> str:
        """What a decision about it is kept under, as `worker:wonolo:12=user:345`."""
        return f"worker:{self.worker.id}={self.user.id}"

    @property
    def facts(self) -> str:
        """A digest of names, contact data and employee code: a decision about other facts counts no longer."""
        told = msgspec.json.encode((self.worker.worker, self.user.worker))
        return hashlib.blake2b(told, digest_size=6).hexdigest()


class _Pair(msgspec.Struct, frozen=True):
    """A match that is not judged yet, with what the model makes of it: bits, and a probability."""

    match: Match
    levels: Levels
    weight: float
    probability: float

    @property
    def ids(self) -> tuple[str, str]:
        return self.match.worker.id, self.match.user.id


def match_people(
    workers: Iterable[Person],
    users: Iterable[Person],
    linked: Collection[str] = frozenset(),
    decided: Mapping[str, Decision] | None = None,
) -> list[Match]:
    """Match Wonolo workers with When I Work users: the certain matches first, then the doubtful ones, likeliest first.

    `linked` are ids of records that are matched already: they are learned from, but matched with nobody else.
    `decided` is by the key of a match; an answer to other facts than today's is passed over.
    """
    lists = compared(*(sorted(people, key=lambda person: person.id) for people in (workers, users)))
    answers = decided or {}
    pairs = [pair for pair in _pairs(lists, fitted(lists)) if _is_free(pair, frozenset(linked), answers)]
    certain: list[Match] = []
    for rule in (partial(_said, answers=answers), _keyed, _sure):
        found = _each_once(rule(pairs))
        taken = {record for match in found for record in (match.worker.id, match.user.id)}
        pairs = [pair for pair in pairs if taken.isdisjoint(pair.ids)]
        certain += found
    doubtful = [pair for pair in pairs if pair.probability >= LIKELY]
    return certain + [pair.match for pair in sorted(doubtful, key=lambda pair: (-pair.weight, pair.ids))]


def _pairs(lists: Compared, model: Model) -> Iterator[_Pair]:
    rates = "" if model.learned else "; by usual rates, as the lists are short"
    for (one, other), levels in lists.levels.items():
        worker, user = lists.workers[one], lists.users[other]
        probability = model.probability(levels)
        score = min(99, round(100 * probability))  # a hundred per cent is no doubt
        match = Match(worker, user, in_words(levels, worker, user) + rates, score)
        yield _Pair(match, levels, model.weight(levels), probability)


def _is_free(pair: _Pair, linked: frozenset[str], answers: Mapping[str, Decision]) -> bool:
    """Whether the two may be matched: neither is already, no code says otherwise, and nobody did."""
    code = pair.match.user.worker.key
    other = is_key(code) and code != pair.match.worker.id
    answer = answer_to(pair.match, answers)
    return not other and linked.isdisjoint(pair.ids) and not (answer and answer.choice == DIFFERENT)


def answer_to(match: Proposed, answers: Mapping[str, Decision]) -> Decision | None:
    """What a person decided about a match, if it was on the facts of today."""
    answer = answers.get(match.key)
    return answer if answer and answer.facts == match.facts else None


def told(answer: Decision) -> str:
    """Who decided a match, and why."""
    return f"{answer.who} said so" + (f" ({answer.why})" if answer.why else "")


def _said(pairs: Iterable[_Pair], answers: Mapping[str, Decision]) -> list[Match]:
    """The pairs of which a person said that they are the same."""
    answered = ((pair, answer_to(pair.match, answers)) for pair in pairs)
    return [_certain(pair, told(answer)) for pair, answer in answered if answer and answer.choice == SAME]


def _keyed(pairs: Iterable[_Pair]) -> list[Match]:
    """The pairs that one key ties together."""
    found = []
    for pair in pairs:
        worker, code = pair.match.worker.worker, pair.match.user.worker.key
        if code == worker.key:
            found.append(_certain(pair, "the same employee code"))
        elif typed(code) and typed(code) == typed(worker.external_id) and pair.levels[NAME] != 0:
            found.append(_certain(pair, f"the employee code is the external id; {pair.match.evidence}"))
    return found


def _sure(pairs: Iterable[_Pair]) -> list[Match]:
    """The pairs that everything speaks for, and no other pair with one of the two comes near."""
    weights: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        for record in pair.ids:
            weights[record].append(pair.weight)
    return [msgspec.structs.replace(pair.match, certain=True) for pair in pairs if _is_sure(pair, weights)]


def _is_sure(pair: _Pair, weights: Mapping[str, list[float]]) -> bool:
    same = pair.levels[NAME] == 3 and 2 in (pair.levels[PHONE], pair.levels[EMAIL])
    near = sum(weight > pair.weight - AHEAD for record in pair.ids for weight in weights[record])
    return same and pair.probability >= CERTAIN and near == 2  # itself, once for each of the two


def _certain(pair: _Pair, evidence: str) -> Match:
    return msgspec.structs.replace(pair.match, evidence=evidence, score=100, certain=True)


def _each_once(matches: list[Match]) -> list[Match]:
    """The matches whose two are in no other of them: what is claimed twice is nobody's."""
    claims = Counter(record for match in matches for record in (match.worker.id, match.user.id))
    return [match for match in matches if claims[match.worker.id] == claims[match.user.id] == 1]
