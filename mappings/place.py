"""Place: a When I Work location (and site) on one side, the address of a JobRequest on the other."""

import re
from collections.abc import Mapping
from typing import Any

from mappings.convert import folded, identifier, one_line, street
from mappings.model import Place, Rules, Unmapped

Record = Mapping[str, Any]

_STATE_AND_ZIP = re.compile(r"^(?:[A-Z]{2}\s+)?(\d{5})(?:-\d{4})?$")


def job_request_fields(place: Place) -> dict[str, Any]:
    """Spell a place as the address fields of a JobRequest (Wonolo reference 5)."""
    return {"venue": place.venue or place.key, "address": place.address, "city": place.city, "zip": place.zip}


def of_job_request(record: Record, rules: Rules) -> Place:
    """Recognise the configured place at a JobRequest's address; Unmapped when there is none.

    Street and zip decide; the venue tells apart places that share an address.
    """
    address = street(record.get("address"), record.get("zip") or record.get("postal_code"))
    found = rules.by_street.get(address, [])
    if len(found) > 1:
        venue = folded(record.get("venue"))
        found = [place for place in found if folded(place.venue or place.key) == venue]
    if len(found) != 1:
        where = ", ".join(filter(None, (one_line(record.get(name)) for name in ("venue", "address", "city", "zip"))))
        raise Unmapped(f"no configured place has the address {where!r}; add it under [[places]]")
    return found[0]


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
