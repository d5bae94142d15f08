"""`/customers`: list, get, create, update and the check by name (Wonolo reference 8)."""

from __future__ import annotations

from typing import Any

from sandbox.wonolo.listing import list_table
from sandbox.wonolo.params import Params, fields_of, is_blank, text
from sandbox.wonolo.refusal import invalid, missing, not_found
from sandbox.wonolo.render import plain_record
from sandbox.wonolo.state import COMPANY_ID, WonoloState
from sandbox.wonolo.table import Record


def _find(state: WonoloState, params: Params) -> Record:
    record = state.customers.records.get(params["id"])
    if record is None:
        raise not_found()
    return record


def _named(state: WonoloState, name: str) -> list[int]:
    return [number for number, customer in state.customers.records.items() if customer["name"].lower() == name.lower()]


def list_customers(state: WonoloState, params: Params) -> dict[str, Any]:
    """List customers, newest first."""
    return {"customers": [plain_record(record) for record in list_table(state, state.customers, params, {})]}


def get_customer(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one customer."""
    return {"customer": plain_record(_find(state, params))}


def customer_exists(state: WonoloState, params: Params) -> dict[str, Any]:
    """Whether a customer has the name given."""
    if is_blank(params.get("name")):
        raise missing("name")
    return {"exists": bool(_named(state, str(params["name"])))}


def create_customer(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create a customer with a name that no other has."""
    return {"customer": plain_record(add_customer(state, fields_of(params, "customer")))}


def add_customer(state: WonoloState, given: Params) -> Record:
    """Store a customer from fields as a client writes them."""
    return state.customers.add({"company_id": COMPANY_ID, "name": _free_name(state, given, None)}, state.now())


def update_customer(state: WonoloState, params: Params) -> dict[str, Any]:
    """Give a customer another name."""
    record = _find(state, params)
    record["name"] = _free_name(state, fields_of(params, "customer"), record["id"])
    state.customers.touch(record, state.now())
    return {"customer": plain_record(record)}


def _free_name(state: WonoloState, given: Params, own_id: int | None) -> str:
    name = text("name", given.get("name"))
    if name is None or is_blank(name):
        raise missing("name")
    if any(number != own_id for number in _named(state, name)):
        raise invalid("name", "Name has already been taken")
    return name
