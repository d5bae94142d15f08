"""Time zones of places in the United States, by zip code."""

from __future__ import annotations

from bisect import bisect_right

COMPANY_ZONE = "America/Chicago"

# First three digits of a zip code from which on a zone holds, rising. Counties that differ are left out.
_FROM_PREFIX = (
    (0, "America/New_York"),
    (350, "America/Chicago"),
    (373, "America/New_York"),
    (380, "America/Chicago"),
    (398, "America/New_York"),
    (420, "America/Chicago"),
    (425, "America/New_York"),
    (463, "America/Chicago"),
    (465, "America/New_York"),
    (500, "America/Chicago"),
    (590, "America/Denver"),
    (600, "America/Chicago"),
    (798, "America/Denver"),
    (850, "America/Phoenix"),
    (870, "America/Denver"),
    (889, "America/Los_Angeles"),
    (967, "Pacific/Honolulu"),
    (970, "America/Los_Angeles"),
    (995, "America/Anchorage"),
)

RAILS_NAMES = {
    "America/New_York": "Eastern Time (US & Canada)",
    "America/Chicago": "Central Time (US & Canada)",
    "America/Denver": "Mountain Time (US & Canada)",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific Time (US & Canada)",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


def zone_of_zip(code: str) -> str | None:
    """The IANA zone of a United States zip code such as 60601 or 60601-1234; None if it is not one."""
    prefix = code.strip()[:3]
    if len(prefix) < 3 or not prefix.isascii() or not prefix.isdigit():
        return None
    return _FROM_PREFIX[bisect_right(_FROM_PREFIX, (int(prefix), "~")) - 1][1]
