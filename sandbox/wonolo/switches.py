"""What nobody public knows about Wonolo, as switches with the likeliest answer as default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sandbox.wonolo.zones import COMPANY_ZONE


@dataclass
class Switches:
    """One attribute for each open question; set them with `POST /_sandbox/switches {"wonolo": {...}}`."""

    pool: Literal["private", "public"] = "private"
    """Access level of the key: `private`, or `public` with its 403s and its narrow view (Wonolo reference 13)."""

    start_time_zone: str = "company"
    """Zone of a zoneless `start_time`: `company`, `site` (by zip code), or an IANA name (Wonolo reference 5)."""

    partial_patch: bool = True
    """Whether PATCH of a JobRequest may leave out the fields that a create needs (Wonolo reference 5)."""

    updated_bounds_inclusive: bool = False
    """Whether `updated_after` and `updated_before` include their own instant (Wonolo reference 3)."""

    newest_first: bool = True
    """Order of every list by `updated_at`, then id (Wonolo reference 3)."""

    wrap_records: bool = True
    """Whether one record stands under its name, as `{"job": {...}}`, or bare (Wonolo reference 3)."""

    error_shape: Literal["error", "errors", "fields"] = "error"
    """Body of a refusal: `error` (one text), `errors` (a list) or `fields` (lists by field) (Wonolo reference 12)."""

    fields_in: Literal["either", "nested", "flat"] = "either"
    """Where the fields of a write are looked for: under the record's name, flat, or both (Wonolo reference 4)."""

    body_in: Literal["either", "json", "form"] = "either"
    """How a body is read: as JSON, as a form, or either; in the other it counts as none (Wonolo reference 1)."""

    auth_in: Literal["either", "query", "body"] = "either"
    """Where the token of a write is looked for; without a body always in the query (Wonolo reference 2)."""

    created_status: Literal[200, 201] = 200
    """HTTP status of a create: 200 or 201 (Wonolo reference 12)."""

    one_token: bool = False
    """Whether a new token ends the earlier ones (Wonolo reference 2)."""

    jobs_touch_job_request: bool = False
    """Whether a Job's change moves its JobRequest's `updated_at` even if the state stays (Wonolo reference 14)."""

    public_updates_job_requests: bool = False
    """Whether a public pool key may PATCH a JobRequest (Wonolo reference 13)."""

    every_job_state_settable: bool = False
    """Whether PATCH of a Job takes more states than cancelled, filled and rejected (Wonolo reference 9)."""

    rails_zone_names: bool = False
    """Whether `timezone` is a Rails name, as "Central Time (US & Canada)", or an IANA name (Wonolo reference 5)."""

    list_envelope: Literal["named", "bare", "data"] = "named"
    """A list: under the resource's name, a bare array, or under `data` (Wonolo reference 3)."""

    default_per: Annotated[int, msgspec.Meta(ge=1, le=50)] = 50
    """How many records a page has when `per` is left out (Wonolo reference 3)."""

    comma_states: bool = False
    """Whether `state` of JobRequests and Jobs takes several, as users' filters do (Wonolo reference 3)."""

    missing_status: Literal[404, 403, 401] = 404
    """HTTP status of a record that does not exist or is somebody else's (Wonolo reference 12)."""

    invalid_status: Literal[422, 400] = 422
    """HTTP status of what fails a validation, but for authenticate's documented 422 (Wonolo reference 12)."""

    coordinates_as_text: bool = False
    """Whether latitudes and longitudes are texts (Wonolo reference 5)."""

    preferred_as_objects: bool = False
    """Whether `preferred_wonoloers_info` holds objects, as its name says, or ids (Wonolo reference 5)."""

    no_show_ends_other_jobs: bool = False
    """Whether a no-show takes the worker off the other Jobs that are filled (Wonolo reference 10)."""

    clock_skew_seconds: Annotated[float, msgspec.Meta(ge=-31_536_000, le=31_536_000)] = 0.0
    """Seconds by which the clock is ahead that `/info` and the Date header show, not records (reference 4)."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Set switches by name; an unknown name or an unfit value raises ValueError and changes nothing."""
        known = {field.name for field in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise ValueError(f"Wonolo has no switch {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        try:
            checked = msgspec.convert({**asdict(self), **changes}, Switches)
            ZoneInfo(COMPANY_ZONE if checked.start_time_zone in ("company", "site") else checked.start_time_zone)
        except (msgspec.ValidationError, ZoneInfoNotFoundError) as error:
            raise ValueError(str(error)) from error
        for name in changes:
            setattr(self, name, getattr(checked, name))
