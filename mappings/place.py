"""Place: a When I Work location (and site) on one side, the address of a JobRequest on the other."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from mappings import address as addresses
from mappings import nearby
from mappings.convert import identifier, one_line
from mappings.model import Place, Rules, Unmapped

Record = Mapping[str, Any]

_STATE_AND_ZIP = re.compile(r"^(?:[A-Z]{2}\s+)?(\d{5})(?:-\d{4})?$")


def job_request_fields(place: Place) -> dict[str, Any]:
    """Spell a place as the address fields of a JobRequest (Wonolo reference 5)."""
    return {"venue": place.venue or place.key, "address": place.address, "city": place.city, "zip": place.zip}


def of_job_request(record: Record, rules: Rules) -> Place:
    """Recognise the configured place at a JobRequest's address; Unmapped when there is none.

    Street and zip decide, however they are typed (`address.Address.key`); the venue tells apart places that share an
    address.
    """
    address = addresses.of_record(record)
    sharing = rules.by_address.get(address.key, [])
    found = [place for place in sharing if address.venue in place.venues] if len(sharing) > 1 else sharing
    if len(found) == 1:
        return found[0]
    raise Unmapped(_not_one(record, sharing))


def _not_one(record: Record, sharing: Iterable[Place]) -> str:
    names = " and ".join(repr(place.key) for place in sharing)
    if names:
        venue = one_line(record.get("venue"))
        return f"{names} share its address, and none has the venue {venue!r}; correct it, or add it to `also`"
    return f"no configured place has the address {written(record)!r}; add it under [[places]]"


def written(record: Record) -> str:
    """Return the address of a JobRequest as it was typed, in one line: venue, street, city, zip."""
    return ", ".join(filter(None, (addresses.shown(record.get(name)) for name in ("venue", "address", "city", "zip"))))


def may_be(place: Place, record: Record) -> bool:
    """Return whether a JobRequest at an address that is not mapped may be at the place, its address typed wrongly.

    See `nearby.may_be_one`. For questions before a creation: a wrong yes costs an answer, a wrong no a second request.
    """
    there = addresses.of_record(record)
    return any(nearby.may_be_one(known, there) for known in place.addresses)


def nearest(record: Record, rules: Rules) -> tuple[Place, int] | None:
    """Return the configured place whose address agrees most with a JobRequest's, and how much (0 to 100)."""
    there = addresses.of_record(record)
    found = [(nearby.agreement(known, there), place) for place in rules.places for known in place.addresses]
    score, place = max(found, key=lambda row: (row[0], row[1].key), default=(0, None))
    return (place, score) if place else None


def clash(places: Sequence[Place]) -> tuple[Place, Place, str] | None:
    """Return two places that no request can be told apart by, and the address they share; None if there are none."""
    for sharing in Rules(tuple(places), ()).by_address.values():
        for one, other in combinations(sharing, 2):
            if one.venues & other.venues:
                return one, other, one.address
    return None


def shift_fields(place: Place) -> dict[str, Any]:
    """Spell a place as the location and site of a shift."""
    return {"location_id": place.location_id, "site_id": place.site_id}


def of_shift(record: Record, rules: Rules) -> Place:
    """Recognise the configured place of a shift's location and site; Unmapped when there is none."""
    location, site = identifier(record.get("location_id")), identifier(record.get("site_id"))
    place = rules.by_location.get((location, site))
    if place:
        return place
    at = f"location {location}" + (f", site {site}" if site else "")
    raise Unmapped(f"{at} is no configured place; add it under [[places]]")


def propose(location: Record, zone: str, site: Record | None = None) -> Place:
    """Propose a place from a location (and site) record, reading the address text as far as it can be read."""
    source = site or location
    street, city, zip_code = _parts(one_line(source.get("address") or location.get("address")))
    name = one_line(location.get("name"))
    return Place(
        key=f"{name}, {one_line(site.get('name'))}" if site else name,
        location_id=identifier(location["id"]),
        site_id=identifier(site["id"]) if site else 0,
        venue=one_line(source.get("name")),
        address=street,
        city=city,
        zip=zip_code,
        zone=zone,
    )


def _parts(address: str) -> tuple[str, str, str]:
    """Split `street, city, ST 12345`; a part that cannot be told is empty."""
    pieces = [piece.strip() for piece in address.split(",")]
    ending = _STATE_AND_ZIP.match(pieces[-1])
    if ending is None or len(pieces) < 3:
        return address, "", ""
    return ", ".join(pieces[:-2]), pieces[-2], ending.group(1)
