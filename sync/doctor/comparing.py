"""The accounts compared with the configuration: each list is reported for itself, whatever befell the others."""

from datetime import datetime, timedelta

from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.config import Config
from sync.doctor import mapping
from sync.doctor.finding import Finding
from sync.doctor.people import codes
from sync.plan.unmapped import asking


async def ids(config: Config, wheniwork: WhenIWork) -> list[Finding]:
    """Compare places and skills with the locations, sites and positions of When I Work."""
    locations, sites = await wheniwork.locations.list(), await wheniwork.sites.list()
    return mapping.unknown_ids(config.rules, locations, sites, await wheniwork.positions.list())


async def requests(config: Config, wonolo: Wonolo, now: datetime) -> list[Finding]:
    """Compare places and skills with the addresses and categories of Wonolo's requests."""
    since = now - timedelta(days=config.sync.history_days)
    every = [row async for page in wonolo.job_requests(updated_after=since) for row in page]
    rules = config.rules
    found = mapping.unused_categories(rules, mapping.categories(every)) + mapping.unmentioned(rules, every)
    return found + mapping.unmapped_requests(rules, asking(every, now))


async def open_shifts(config: Config, wheniwork: WhenIWork, now: datetime) -> list[Finding]:
    """Compare places and skills with the open shifts of When I Work."""
    locations, positions = await wheniwork.locations.list(), await wheniwork.positions.list()
    listing = await wheniwork.shifts(now, now + timedelta(days=config.sync.horizon_days), deleted=False)
    return mapping.unmapped_shifts(config.rules, listing.shifts, locations, positions)


async def people(wheniwork: WhenIWork) -> list[Finding]:
    """Look at the employee codes of all users."""
    return codes(await wheniwork.users.list())
