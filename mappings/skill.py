"""Skill: a When I Work position on one side, category, description and pay of a JobRequest on the other."""

from collections.abc import Iterable, Mapping
from typing import Any

from mappings.convert import dollars, folded, identifier, one_line, share, wage
from mappings.model import Rules, Skill, Unmapped

Record = Mapping[str, Any]


def job_request_fields(skill: Skill) -> dict[str, Any]:
    """Spell a skill as fields of a JobRequest, pay apart (see `pay_fields`).

    Badges go into the documented, pipe-separated `description_skills`: no way to require a badge on create is
    documented (Wonolo reference 5).
    """
    fields = {"category": skill.category, "description_tasks": skill.description}
    return fields | ({"description_skills": "|".join(skill.badges)} if skill.badges else {})


def of_job_request(record: Record, rules: Rules, known: str | None = None) -> Skill:
    """Recognise the configured skill a JobRequest asks for; Unmapped when none or several fit.

    The category decides. Where several skills share it: the one with the same description of tasks, the one agreed on
    before (`known`), or the one with the longest name that starts the request's name.
    """
    category = one_line(record.get("category"))
    fitting = rules.by_category.get(folded(category), [])
    if len(fitting) > 1:
        fitting = next(filter(None, _narrowed(fitting, record, known)))
    if len(fitting) != 1:
        reason = "fits several skills" if fitting else "is no configured skill"
        raise Unmapped(f"category {category!r} {reason}; name one under [[skills]] or in the request's name")
    return fitting[0]


def _narrowed(fitting: list[Skill], record: Record, known: str | None) -> Iterable[list[Skill]]:
    tasks, name = one_line(record.get("description_tasks")), folded(record.get("request_name"))
    described = [skill for skill in fitting if one_line(skill.description) == tasks]
    yield described if len(described) == 1 else []
    yield [skill for skill in fitting if skill.key == known]
    named = [skill for skill in described or fitting if name.startswith(folded(skill.key))]
    yield sorted(named, key=lambda skill: len(skill.key))[-1:]
    yield fitting


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
