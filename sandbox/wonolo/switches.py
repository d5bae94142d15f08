"""What nobody public knows about Wonolo, as switches with the likeliest answer as default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Switches:
    """One attribute for each open question; set them with `POST /_sandbox/switches {"wonolo": {...}}`."""

    pool: str = "private"
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

    error_shape: str = "error"
    """Body of a refusal: `error` (one text), `errors` (a list) or `fields` (lists by field) (Wonolo reference 12)."""

    created_status: int = 200
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
