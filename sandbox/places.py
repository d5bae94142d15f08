"""The generated part of the When I Work account: two warehouses, their positions and their own staff."""

from __future__ import annotations

from sandbox.wheniwork.records import EMPLOYEE
from sandbox.wheniwork.state import WhenIWorkState

WAREHOUSES = (
    {"name": "Harbor Warehouse", "street": "400 Harbor Road", "city": "Chicago", "state": "IL", "zip": "60617"},
    {"name": "Airport Hub", "street": "77 Runway Road", "city": "Milwaukee", "state": "WI", "zip": "53207"},
)
_COORDINATES = ((41.7301, -87.5442), (42.9545, -87.8994))
_POSITIONS = (("Picker", "2e9e5b"), ("Forklift Driver", "d9822b"), ("Event Crew", "8e44ad"))
_STAFF = (
    ("Alma", "Birch"),
    ("Boris", "Cole"),
    ("Celia", "Dunn"),
    ("Derek", "Ellis"),
    ("Edith", "Frost"),
    ("Felix", "Gray"),
    ("Gwen", "Holt"),
    ("Hector", "Irwin"),
    ("Ivy", "Jarvis"),
    ("Jasper", "Keene"),
    ("Kira", "Lowe"),
    ("Leon", "Marsh"),
)


def address_of(warehouse: dict[str, str]) -> str:
    """The address of a warehouse on one line, as a location carries it."""
    return f"{warehouse['street']}, {warehouse['city']}, {warehouse['state']} {warehouse['zip']}"


def open_warehouses(state: WhenIWorkState) -> None:
    """Add the warehouses, the positions and twelve employees who work at either warehouse in any of the positions."""
    locations = [
        state.add("locations", {"name": warehouse["name"], "address": address_of(warehouse), **_pin(place)})["id"]
        for warehouse, place in zip(WAREHOUSES, _COORDINATES, strict=True)
    ]
    positions = [state.add("positions", {"name": name, "color": color})["id"] for name, color in _POSITIONS]
    for number, (first, last) in enumerate(_STAFF):
        names = {"first_name": first, "last_name": last, "email": f"{first}.{last}@sandbox.example".lower()}
        contact = {"phone_number": f"+141455501{number:02d}", "role": EMPLOYEE, "is_active": True}
        state.add("users", {**names, **contact, "locations": list(locations), "positions": list(positions)})


def _pin(place: tuple[float, float]) -> dict[str, object]:
    return {"latitude": place[0], "longitude": place[1], "coordinates": list(map(str, place))}
