"""Skill: a When I Work position on one side, category, description and pay of a JobRequest on the other."""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import msgspec

from mappings.address import plain
from mappings.convert import dollars, identifier, one_line, share, unmarked, wage
from mappings.model import Rules, Skill, Unmapped

Record = Mapping[str, Any]

_WORD = re.compile(r"[^_\W]+")


def job_request_fields(skill: Skill) -> dict[str, Any]:
    """Spell a skill as fields of a JobRequest, pay apart (see `pay_fields`).

    Badges go into the documented, pipe-separated `description_skills`: no way to require a badge on create is
    documented (Wonolo reference 5).
    """
    fields = {"category": skill.category, "description_tasks": skill.description}
    return fields | ({"description_skills": "|".join(skill.badges)} if skill.badges else {})


def of_job_request(record: Record, rules: Rules, known: str | None = None) -> Skill:
    """Recognise the configured skill a JobRequest asks for; Unmapped when none or several fit.

    The category decides, and where a skill has `words`, that the request mentions one. Where several skills fit still:
    the one with the same description of tasks, the one agreed on before (`known`), or the one whose word, or name at
    the beginning, is the longer one (Picker Lead) of all that the request mentions.
    """
    category = one_line(record.get("category"))
    sharing = rules.by_category.get(plain(category), []) if category else []
    fitting = [skill for skill in sharing if skill.key == known or _fits(skill, record)]
    if len(fitting) > 1:
        fitting = next(filter(None, _narrowed(fitting, record, known)))
    if len(fitting) != 1:
        raise Unmapped(f"category {category!r} {_not_one(sharing, fitting)}")
    return fitting[0]


def may_mean(record: Record, rules: Rules) -> list[Skill]:
    """Return the skills that a JobRequest may ask for: the one it does, or all of its category; none of another."""
    try:
        return [of_job_request(record, rules)]
    except Unmapped:
        return rules.by_category.get(plain(one_line(record.get("category"))), [])


def _not_one(sharing: list[Skill], fitting: list[Skill]) -> str:
    if not sharing or len(fitting) > 1:
        reason = "fits several skills" if fitting else "is no configured skill"
        return f"{reason}; name one under [[skills]] or in the request's name"
    names = " or ".join(repr(skill.key) for skill in sharing)
    return f"may be {names}, but the request mentions none of its words; add one to `words` under [[skills]]"


def _fits(skill: Skill, record: Record) -> bool:
    """Return True if a request of the category may be for the skill: all of them are, or this one mentions it."""
    return not skill.words or _described(skill, record) or _mentioned(skill, record) != ""


def speaks_of(skill: Skill, record: Record) -> bool:
    """Return whether a request says in its own words that it asks for the skill, or the skill does not want it to."""
    if skill.words or _described(skill, record):
        return True
    return _mentioned(msgspec.structs.replace(skill, words=(skill.key,)), record) != ""


def _described(skill: Skill, record: Record) -> bool:
    return plain(skill.description) == plain(record.get("description_tasks"))


def _mentioned(skill: Skill, record: Record) -> str:
    """The longest name or word of the skill that a request mentions; empty when it mentions none.

    A skill without words is mentioned by its name at the beginning of the request's.
    """
    name = plain(unmarked(record.get("request_name")))
    if not skill.words:
        return plain(skill.key) if name.startswith(plain(skill.key)) else ""
    texts = [_spaced(name), *(_spaced(plain(record.get(field))) for field in ("description_tasks", "description"))]
    found = [phrase.strip() for phrase in _phrases(skill) if any(_in(phrase, text) for text in texts)]
    return max(found, key=len, default="")


def _in(phrase: str, text: str) -> bool:
    """Return True if a text contains a phrase, in the singular or the plural: picker, pickers."""
    return any(f"{phrase.rstrip()}{ending} " in text for ending in ("", "s", "es"))


def _phrases(skill: Skill) -> set[str]:
    return {_spaced(plain(phrase)) for phrase in (skill.key, *skill.words)}


def _spaced(text: str) -> str:
    """The words of a text, each between blanks, so that a phrase is found in whole words only."""
    return f" {' '.join(_WORD.findall(text))} "


def _narrowed(fitting: list[Skill], record: Record, known: str | None) -> Iterable[list[Skill]]:
    described = [skill for skill in fitting if _described(skill, record)]
    yield described if len(described) == 1 else []
    yield [skill for skill in fitting if skill.key == known]
    named = {skill.key: _mentioned(skill, record) for skill in described or fitting}
    yield [
        skill
        for skill in described or fitting
        if (own := named[skill.key]) and all(one in own for one in named.values())
    ]
    yield fitting


def clash(skills: Iterable[Skill]) -> tuple[Skill, Skill, str] | None:
    """Return two skills of one category that no request can be told apart by, and what they share; else None."""
    for one, other in combinations((skill for skill in skills if plain(skill.category)), 2):
        if plain(one.category) == plain(other.category):
            words = {plain(word) for word in (one.key, *one.words)} & {
                plain(word) for word in (other.key, *other.words)
            }
            if plain(one.description) == plain(other.description):
                return one, other, "the description"
            if words:
                return one, other, f"the word {min(words).strip()!r}"
    return None


def shift_fields(skill: Skill) -> dict[str, Any]:
    """Spell a skill as the position of a shift."""
    return {"position_id": skill.position_id}


def of_shift(record: Record, rules: Rules) -> Skill:
    """Recognise the configured skill of a shift's position; Unmapped when there is none."""
    position = identifier(record.get("position_id"))
    skill = rules.by_position.get(position)
    if skill:
        return skill
    raise Unmapped(f"position {position} is no configured skill; add it under [[skills]]")


def pay_fields(skill: Skill, paid_minutes: int) -> dict[str, Any]:
    """Spell the pay: a 1099 JobRequest carries the total wage in dollars, a w2 one the hourly rate as text."""
    if skill.classification == "w2":
        return {"classification": "w2", "w2_hourly_rate": f"{skill.hourly_rate / 100:.2f}"}
    return {"wage": dollars(wage(skill.hourly_rate, paid_minutes))}


def repaid(skill: Skill, wage_now: int, minutes_now: int, minutes_then: int) -> dict[str, Any]:
    """Spell the pay after the paid time changed, keeping a raise (`wage_now`, cents) given by hand in Wonolo.

    An hourly rate (w2) does not depend on the time, so nothing is spelled.
    """
    if skill.classification == "w2":
        return {}
    agreed = wage(skill.hourly_rate, minutes_now)
    if minutes_now <= 0 or wage_now in (0, agreed):
        return pay_fields(skill, minutes_then)
    return {"wage": dollars(share(wage_now, minutes_then, minutes_now))}


def propose(position: Record, category: str) -> Skill:
    """Propose a skill from a position record; the user still has to set the pay."""
    name = one_line(position.get("name"))
    return Skill(name, identifier(position["id"]), category=category, description=name, hourly_rate=0)
