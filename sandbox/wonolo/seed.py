"""The company that the sandbox starts with: requestors, workers, badges and customers, all made up."""

from __future__ import annotations

from datetime import timedelta

from sandbox.wonolo.badges import add_badge
from sandbox.wonolo.customers import add_customer
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.user_badges import user_badge
from sandbox.wonolo.users import add_user

_FIRST = (
    "Ada Bruno Carla Dmitri Esra Farid Greta Hugo Ines Jonas Kamala Liam Mira Nadia Oscar Petra Quinn Rosa Samir Tess"
)
_LAST = (
    "Abel Brandt Costa Drake Engel Fox Grant Hale Ito Jansen Kerr Lund Moss Novak Olsen Price Quist Reyes Sato Trent"
)
_BADGES = (
    ("Forklift Certified", "May drive a forklift", False),
    ("Food Handler", "Holds a food handler card", False),
    ("Event Experience", "Has worked at events before", True),
)
_WORKERS = 40


def seed_objects(state: WonoloState) -> None:
    """Fill the state with two Employers, forty Workers, three badges and two customers."""
    for name, description, is_soft in _BADGES:
        add_badge(state, {"name": name, "description": description, "is_soft": is_soft})
    customers = [add_customer(state, {"name": name}) for name in ("Sandbox Warehousing", "Sandbox Events")]
    for first, last, customer in (("Robin", "Vale", customers[0]), ("Sasha", "Wynn", customers[1])):
        email = f"{first}.{last}@example.com".lower()
        given = {
            "type": "Employer",
            "first_name": first,
            "last_name": last,
            "email": email,
            "customer_id": customer["id"],
        }
        add_user(state, given, role="requestor", title="Shift lead", onboarding_last_state="complete", rating=5.0)
    for number in range(_WORKERS):
        _add_worker(state, number)


def _add_worker(state: WonoloState, number: int) -> None:
    firsts, lasts = _FIRST.split(), _LAST.split()
    first, last = firsts[number % len(firsts)], lasts[(number * 7 + number // len(firsts)) % len(lasts)]
    given = {
        "type": "Worker",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number + 1}@example.com".lower(),
        "phone": f"+131255501{number:02d}",
        "city": "Chicago",
        "address_state": "IL",
        "zip": "60601",
        "onboarding_last_state": "complete",
    }
    rating = round(state.rng.uniform(3.8, 5.0), 1)
    since = state.now() - timedelta(days=state.rng.randrange(30, 400))
    known = {"agreed_to_terms": True, "agreed_to_terms_date": since, "verified_phone": True, "phone_verified_at": since}
    place = {"latitude": 41.8 + number / 400, "longitude": -87.6 - number / 400}
    home = {f"home_{name}": value for name, value in place.items()}
    worker = add_user(state, given, rating=rating, **known, **place, **home)
    held = state.rng.sample(list(state.badges.records.values()), state.rng.randrange(len(_BADGES) + 1))
    worker["user_badges"] = [user_badge(state, worker["id"], badge) for badge in held]
