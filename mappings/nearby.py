"""Nearby: how much two addresses that are not equal agree, and whether they may be one place, typed wrongly."""

from mappings.address import Address, name_of

_ALIKE = 80
"""Per cent of equal letters from which two names of streets, cities or venues may be one."""


def may_be_one(one: Address, other: Address) -> bool:
    """Return whether two addresses may be the same place, one of them typed wrongly or in another way.

    So they may in one area, where the venues are alike, or the names of the streets are and the numbers differ in a
    digit at most, whatever the units; an area is one city, or zips that differ in a digit at most. What only one of
    them tells speaks neither for nor against it: one without a street may be anywhere in its area, and where neither
    zip nor city can be compared, number and street decide.
    """
    area = _one_area(one, other)
    if one.key == other.key or not (one.street and other.street):
        return area is not False
    if area is None:
        return (one.number, one.street) == (other.number, other.street) or _alike(one.venue, other.venue)
    return area and (_alike(one.venue, other.venue) or _one_street(one, other))


def agreement(one: Address, other: Address) -> int:
    """Return how much two addresses agree, from 0 to 100: street, number, zip, city and venue, in that weight."""
    parts = [(5, likeness(" ".join(one.street), " ".join(other.street)))]
    if one.number and other.number:
        parts.append((3, 100.0 if one.number == other.number else 50.0 * _slip(one.number, other.number)))
    told = ((2, one.zip, other.zip), (1, one.city, other.city), (1, one.venue, other.venue))
    parts += [(weight, likeness(ours, theirs)) for weight, ours, theirs in told if ours and theirs]
    return round(sum(weight * share for weight, share in parts) / sum(weight for weight, _ in parts))


def likeness(one: str, other: str) -> float:
    """Return the share of letters that two texts have in common, in per cent, whatever the order and ends of words."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where addresses differ

    together = fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""))  # Court House, Courthouse
    return float(max(fuzz.token_sort_ratio(one, other), together))


def _one_area(one: Address, other: Address) -> bool | None:
    """Return True if zip or city agree; None if neither does and the city is missing on a side."""
    if _alike(one.city, other.city) or (one.zip and other.zip and _slip(one.zip, other.zip)):
        return True
    return False if one.city and other.city else None


def _one_street(one: Address, other: Address) -> bool:
    numbered = bool(one.number and other.number)
    return _alike(" ".join(name_of(one.street)), " ".join(name_of(other.street))) and not (
        numbered and not _slip(one.number, other.number)
    )


def _slip(one: str, other: str) -> bool:
    """Return True if two numbers differ in at most one digit: replaced, added or removed, or two exchanged."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only where addresses differ

    return OSA.distance(one, other) <= 1


def _alike(one: str, other: str) -> bool:
    """Return True if two names have nearly the same letters and the same digits: 12th is another street than 13th."""
    digits = ["".join(filter(str.isdecimal, text)) for text in (one, other)]
    return bool(one and other) and digits[0] == digits[1] and likeness(one, other) >= _ALIKE
