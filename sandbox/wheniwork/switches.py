"""What the sources leave open about When I Work, each a named switch with a default (When I Work reference 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal

import msgspec


@dataclass
class Switches:
    """How the sandbox behaves where the sources disagree or say nothing."""

    publish_on_create: bool = True
    """`published: true` in a created shift counts; False: it stays a draft until shifts/publish (reference 5.4)."""
    strict_put: bool = False
    """True: a PUT of a shift without start_time, end_time and location_id is refused with 400 (reference 5.5)."""
    long_notes: Literal["refuse", "cut"] = "refuse"
    """Shift notes over 350 characters: 400, or silently cut (reference 5.1)."""
    stack_keeps_id: bool = True
    """True: a seat taken off a stack gets the new shift id; False: the seat keeps the stack's old id (5.8)."""
    converted_stack_keeps_instances: bool = False
    """A stack assigned as a whole: False: it becomes one shift with `instances` 1; True: the number stays (5.8)."""
    refuse_overlaps: bool = False
    """True: giving a user a shift that overlaps another of theirs is refused with 400 (12)."""
    publish_reply: Literal["shifts", "success"] = "shifts"
    """What shifts/publish and shifts/unpublish answer: the shifts, or `{"success": true}` alone (5.7)."""
    deleted_ids_by: Literal["deletion", "shift"] = "deletion"
    """`deleted_ids` of a listing: by the moment of deletion, or by the time of the deleted shift (12)."""
    window_clamp_days: int = 90
    """A longer listing window is cut to this many days without an error; 0: never (5.2)."""
    refuse_flags_above_role: bool = False
    """`unpublished` and `include_allopen` from too low a role: False: ignored; True: 403 with code 3005 (5.2)."""
    unset_dates: Literal["null", "empty", "zero", "year -001"] = "null"
    """How an unset date of a shift prints: null, "", 0000-00-00 00:00:00, or the year -001 (8)."""
    gone_status: Literal[404, 400, 410] = 404
    """HTTP status that carries code 4005 for what does not exist; 410 is listed without a case (3.3 and 12)."""
    login_shape: Literal["all", "current", "seed"] = "all"
    """The login's answer: `current` as documented since 2019, `seed` the oldest, `all` the union of both (2.2)."""
    rate_limit_per_minute: int = 100
    """Requests for each login (or address, before the login) in any 60 real seconds; 0: no limit (4)."""
    throttle_status: Literal[429, 403] = 429
    """The status of a throttled request: 429 in the old documentation, a 403 in the new (4)."""
    include_onlyopen_works: bool = True
    """False: `include_onlyopen` leaves the shifts that people hold in the listing, as reported in 2016 (5.2)."""
    days_end_in_gmt: bool = False
    """True: a listing that ends on a date alone ends with that day in GMT, so evening shifts are missing (5.2)."""
    location_stamps_slip: bool = False
    """True: a new location's `updated_at` is later than `created_at` by the zone's offset from UTC (7.2)."""
    created_status: Literal[201, 200] = 201
    """HTTP status of POST /requests, /swaps and /requesttypes; every other POST answers 200 (3.2)."""
    single_key: Literal["both", "newer", "older"] = "both"
    """One swap, time or template: `newer` as {"swap": {...}}, `older` as {"swaps": [...]} (7.6 and 7.8)."""
    requests_first_page: Literal[0, 1] = 0
    """The number of the first page of time-off requests (7.5)."""
    requests_total: Literal["records", "pages"] = "records"
    """What `total` counts beside time-off requests (7.5)."""
    swaps_first_page: Literal[1, 0] = 1
    """The number of the first page of swaps (7.6)."""
    annotation_needs_type: bool = True
    """Whether an annotation without a type is refused with code 2076 (3.3)."""
    batch_publishes: bool = False
    """True: `published` counts in shifts created by a batch; it was seen to have no effect there (5.4)."""
    availability_window_days: int = 95
    """A longer listing window of availability events is refused with code 2002; 45 by another source (3.3)."""
    timezones_key: Literal["timezones", "timezone"] = "timezones"
    """The key of the time zones: as seen live, or as documented (7.10)."""
    iso_dates_when_asked: bool = False
    """True: the header `W-Date-Format: iso` makes every date ISO 8601, as the web app asks for (2.6)."""
    odd_location_dates: bool = False
    """True: a location's dates print as `Wed, Oct 21 2015 16:29:00 -0500`, as in the oldest sample (8)."""
    account_as_text: bool = False
    """True: the account's features and settings are JSON inside a text, and its timezone_id is a text (7.10)."""
    jwt_at: Literal["top", "person", "data"] = "top"
    """Where the newer login's answer keeps the token: at its top, or inside `person` or `data` (2.3)."""
    mfa: bool = False
    """True: the newer login needs a second call with a code; its shape is a guess after one source (2.3)."""
    error_shape: Literal["coded", "plain", "errors"] = "coded"
    """An error: `{"error", "code"}`, without the code, or `{"errors": [text]}` (3.3)."""
    lone_instances: Literal["one", "zero", "absent"] = "one"
    """How `instances` of a single shift prints: 1, 0, or not at all (5.1)."""
    acknowledged_as: Literal["number", "boolean"] = "number"
    """How `acknowledged` prints: 0 or 1 as seen, or a boolean as documented (5.1)."""
    published_date_slips: bool = False
    """True: `published_date` is a clock of UTC under the local offset, hours ahead or behind, as recorded (8)."""
    publish_notifies: bool = False
    """True: publishing tells the holders and stamps `notified_at`, as some account settings may do (5.7)."""
    listing_row_cap: int = 0
    """A listing of shifts is cut to so many without a word, though shifts/count counts all; 0: never (12)."""
    refuse_time_off: bool = False
    """True: giving a user a shift in their accepted time off is refused (12)."""
    conflict_status: Literal[400, 403] = 400
    """HTTP status where an overlap or time off is refused (12)."""
    more_key: bool = True
    """Whether listings in pages say `more`; False: as recorded in 2016 (7.5)."""

    clock_skew_seconds: Annotated[float, msgspec.Meta(ge=-31_536_000, le=31_536_000)] = 0.0
    """Seconds by which the clock is ahead that the Date header shows, not records (any network)."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Set switches by name; an unknown name or an unfit value raises ValueError and changes nothing."""
        known = {field.name for field in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise ValueError(f"When I Work has no switch {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        try:
            checked = msgspec.convert({**asdict(self), **changes}, Switches)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
        for name in changes:
            setattr(self, name, getattr(checked, name))
