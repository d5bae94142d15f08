"""What a report says, on a terminal, on a page and to programs."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from rich.console import Console

from mappings.unmapped import InUse
from sync.errors import Refusal
from sync.passes import Outcome
from sync.plan import Change, FieldChange, Plan, Risk
from sync.plan.model import Action, Kind, Verdict
from sync.report import Report, as_json, as_markdown, as_text, of_outcome, of_plan, of_waiting, words
from sync.report.model import Status
from sync.report.price import price
from sync.writer import Result

ROOT = Path(__file__).parent.parent
START = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)

POST = Change(
    action="create",
    system="wonolo",
    kind="job_request",
    link="shift:1",
    subject="Picker at Harbor, Sat 14 Mar 08:00-16:00",
    place="Harbor",
    start=START,
    zone="America/Chicago",
    fields=(FieldChange("seats", "", "2"), FieldChange("title", "", "a|b [bold]")),
    cause="open shifts in When I Work that Wonolo does not know",
    payload={"slots": 2},
    risk=Risk(paid_minutes=900, cents=27750, minutes_to_start=600),
)
MOVE = msgspec.structs.replace(
    POST,
    action="update",
    record="50002",
    link="job_request:50002",
    subject="Forklift Driver at Airport Hub, Sat 14 Mar 08:00-16:00",
    place="Airport Hub",
    fields=(FieldChange("end", "16:00", "15:00"),),
    cause="end 16:00 -> 15:00 in When I Work",
    payload={"duration": 420},
    risk=Risk(paid_minutes=-60, cents=-1850, minutes_to_start=600),
)
SEAT = msgspec.structs.replace(
    MOVE,
    action="release",
    system="wheniwork",
    kind="shift",
    record="77",
    fields=(FieldChange("worker", "Ana R.", ""),),
    risk=Risk(people=1),
)
HELD = msgspec.structs.replace(SEAT, action="none", system=None, record="78", verdict="conflict", fields=())
HELD = msgspec.structs.replace(HELD, reason="both sides differ", choices=("take Wonolo's end", "take When I Work's"))
HELD = msgspec.structs.replace(HELD, options=("take-wonolo", "take-wheniwork"))
USER = Change(
    action="update",
    system="wheniwork",
    kind="user",
    record="9",
    link="worker:wonolo:5",
    subject="Ana R. as a When I Work user",
    cause="changed in Wonolo",
    payload={"last_name": "Roe", "email": "ana@example.com", "phone_number": "+15550100", "invite": False},
    worker="wonolo:5",
)
UNMAPPED = tuple(
    Change(
        action="none",
        verdict="skip",
        kind="shift",
        link=f"shift:{number}",
        subject=f"open shift {number}",
        reason="position 32 is no configured skill; add it under [[skills]]",
    )
    for number in range(8)
)
REPORT = of_plan(Plan((POST, USER, MOVE, SEAT, HELD, *UNMAPPED)), "main")


def printed(report: Report, width: int) -> str:
    """A report as a pipe of that width shows it."""
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(as_text(report))
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def test_a_report_on_a_terminal_is_grouped_by_day_and_place() -> None:
    """What a demand is about stands there once, the reason in each row; data is never read as markup."""
    assert printed(REPORT, 100).replace(REPORT.checksum, "CHECKSUM") == (
        """
Saturday 14 March 2026 ─────────────────────────────────────────────────────────────────────────────

Airport Hub
~  Forklift Driver      Wonolo       change request 50002          end 16:00 → 15:00 in When I Work
   08:00-16:00          0ee11d       end: 16:00 → 15:00
                                     -1 paid hour, -$18.50
<                       When I Work  reopen shift 77               end 16:00 → 15:00 in When I Work
                        78caf6       worker: Ana R. leaves
!                       a22738       shift 78                      conflict: both sides differ (end
                                     1 worker concerned            16:00 → 15:00 in When I Work).
   To decide: `shiftbridge resolve a22738 1` (take Wonolo's end)
   To decide: `shiftbridge resolve a22738 2` (take When I Work's)

Harbor
+  Picker               Wonolo       post a request                open shifts in When I Work that
   08:00-16:00          bca14e       seats: 2, title: a|b [bold]   Wonolo does not know
                                     +15 paid hours, +$277.50

Without a day ──────────────────────────────────────────────────────────────────────────────────────

Without a place
~  Ana R. as a When I   When I Work  change user 9                 changed in Wonolo
   Work user            507318

Left out ───────────────────────────────────────────────────────────────────────────────────────────

8 records: position 32 is no configured skill; add it under [[skills]]: open shift 0, open shift 1,
open shift 2, open shift 3, open shift 4, open shift 5 and 2 more

4 changes to write (2 in Wonolo, 2 in When I Work), +14 paid hours, +$259.00, 1 conflict.

Checksum CHECKSUM: `shiftbridge reconcile --approve CHECKSUM` carries out this and
nothing else; `shiftbridge refuse KEY` leaves out the row with that key.
"""
    )


def test_no_line_of_a_report_is_wider_than_the_terminal() -> None:
    """Eighty columns are enough, and nothing is cut off."""
    text = printed(REPORT, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_a_report_in_markdown_has_a_table_for_each_place() -> None:
    """A bar in a title does not open a cell."""
    assert as_markdown(REPORT).replace(REPORT.checksum, "CHECKSUM") == (
        """\
# Diff of main

4 changes to write (2 in Wonolo, 2 in When I Work), +14 paid hours, +$259.00, 1 conflict.

Checksum CHECKSUM: `shiftbridge reconcile --approve CHECKSUM` carries out this and nothing else; `shiftbridge \
refuse KEY` leaves out the row with that key.

## Saturday 14 March 2026

### Airport Hub

| | Work | System | Change | Why | Key |
|---|---|---|---|---|---|
| to do | Forklift Driver, 08:00-16:00 | Wonolo | change request 50002; end: 16:00 → 15:00; -1 paid hour, -$18.50 | \
end 16:00 → 15:00 in When I Work | 0ee11d |
| to do | Forklift Driver, 08:00-16:00 | When I Work | reopen shift 77; worker: Ana R. leaves | end 16:00 → 15:00 \
in When I Work | 78caf6 |
| conflict | Forklift Driver, 08:00-16:00 |  | shift 78; 1 worker concerned | conflict: both sides differ (end \
16:00 → 15:00 in When I Work).<br>To decide: `shiftbridge resolve a22738 1` (take Wonolo's end)<br>To decide: \
`shiftbridge resolve a22738 2` (take When I Work's) | a22738 |

### Harbor

| | Work | System | Change | Why | Key |
|---|---|---|---|---|---|
| to do | Picker, 08:00-16:00 | Wonolo | post a request; seats: 2, title: a\\|b [bold]; +15 paid hours, +$277.50 | \
open shifts in When I Work that Wonolo does not know | bca14e |

## Without a day

### Without a place

| | Work | System | Change | Why | Key |
|---|---|---|---|---|---|
| to do | Ana R. as a When I Work user | When I Work | change user 9 | changed in Wonolo | 507318 |

## Left out

- 8 records: position 32 is no configured skill; add it under [[skills]]: open shift 0, open shift 1, open shift 2, \
open shift 3, open shift 4, open shift 5 and 2 more
"""
    )


def documented(key: str) -> dict[str, Any]:
    """The example in docs/report.md: its outer object, or its one change."""
    example = re.search(r"```json\n(.*?)```", (ROOT / "docs" / "report.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    document: dict[str, Any] = json.loads(example[1])
    rows: dict[str, Any] = {"report": document, "change": document["changes"][0]}
    return dict(rows[key])


def test_a_report_in_json_has_the_documented_shape() -> None:
    """Programs rely on it."""
    document = json.loads(as_json(REPORT))
    assert list(document) == list(documented("report"))
    assert [list(change) for change in document["changes"]] == [list(documented("change"))] * 13
    assert document["changes"][0] == {
        "key": POST.key,
        "status": "to_do",
        "action": "create",
        "system": "wonolo",
        "kind": "job_request",
        "record": "",
        "link": "shift:1",
        "subject": "Picker at Harbor, Sat 14 Mar 08:00-16:00",
        "place": "Harbor",
        "start": "2026-03-14T13:00:00Z",
        "zone": "America/Chicago",
        "fields": [
            {"name": "seats", "before": "", "after": "2"},
            {"name": "title", "before": "", "after": "a|b [bold]"},
        ],
        "cause": "open shifts in When I Work that Wonolo does not know",
        "seen": "",
        "reason": "",
        "code": "",
        "choices": [],
        "options": [],
        "costs": [],
        "whom": "",
        "worker": "",
        "payload": {"slots": 2},
        "precondition": "",
        "risk": {"paid_minutes": 900, "cents": 27750, "people": 0, "minutes_to_start": 600, "fee_cents": 0},
        "doubt": None,
        "facts": POST.facts,
        "decided": "",
    }
    assert document["counts"] == REPORT.counts


REFUSED = of_plan(
    Plan(
        (POST,),
        refusals=(
            Refusal("hours", 320, 200, "320 paid hours would be cancelled; at most 200 may", "--allow hours=320"),
            Refusal("scope", 51, 9, "51 changes would follow", "--allow scope"),
        ),
    ),
    "main",
)


def test_a_diff_says_which_guards_would_refuse_it_and_how_to_allow_it() -> None:
    """In every format, in the guards' own sentences."""
    said = [
        "320 paid hours would be cancelled; at most 200 may.",
        "51 changes would follow.",
        "If this is meant, carry it out with --allow hours=320 --allow scope",
    ]
    heading = "Guards would refuse all this"
    assert f"{heading} {'─' * 71}\n\n" + "\n".join(said) + "\n\n1 change to write" in printed(REFUSED, 100)
    assert as_markdown(REFUSED).endswith("\n".join([f"\n## {heading}", "", *(f"- {line}" for line in said)]) + "\n")
    assert json.loads(as_json(REFUSED))["refusals"] == [
        {
            "guard": "hours",
            "number": 320,
            "limit": 200,
            "why": "320 paid hours would be cancelled; at most 200 may",
            "override": "--allow hours=320",
        },
        {"guard": "scope", "number": 51, "limit": 9, "why": "51 changes would follow", "override": "--allow scope"},
    ]


def test_every_word_of_the_json_is_documented() -> None:
    """A new action, kind or status belongs into docs/report.md."""
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    values = [value for one in (Action, Kind, Status) for value in get_args(one)]
    assert [value for value in values if f"`{value}`" not in page] == []


def test_contact_data_stays_out_of_a_report() -> None:
    """Reports are kept by whoever runs the command; the writer sends the whole payload."""
    (row,) = json.loads(as_json(of_plan(Plan((USER,)), "main")))["changes"]
    assert row["payload"] == {
        "last_name": "[hidden]",
        "email": "[hidden]",
        "phone_number": "[hidden]",
        "invite": False,
    }


LATE = msgspec.structs.replace(POST, reason="late").key[:6]


@pytest.mark.parametrize(
    ("verdict", "sign", "said"),
    [
        ("hold", "?", "waits for a yes: late."),
        ("blocked", "#", "blocked: late."),
        ("conflict", "!", "conflict: late."),
    ],
)
def test_what_waits_says_so(verdict: Verdict, sign: str, said: str) -> None:
    """The sign takes the place of what would be done."""
    plan = Plan((msgspec.structs.replace(POST, verdict=verdict, reason="late", cause=""),))
    (entry,) = of_plan(plan, "main").entries
    assert (words.sign(entry), words.why(entry)) == (sign, said)


def test_each_row_says_its_own_reason_however_many_share_it() -> None:
    """So that a row can be read aloud without looking for a footnote; nothing else stands under the table."""
    blocked = [
        msgspec.structs.replace(POST, verdict="blocked", reason="writing is switched off", link=f"shift:{number}")
        for number in range(3)
    ]
    report = of_plan(Plan(tuple(blocked)), "main")
    assert [words.why(entry) for entry in report.entries] == [
        "blocked: writing is switched off (open shifts in When I Work that Wonolo does not know)."
    ] * 3
    text = printed(report, 200)
    assert text.count("blocked: writing is switched off (open shifts in When I Work") == 3
    assert text.endswith("\n\nNothing to write, 3 blocked.\n")


def test_what_can_be_named_shows_its_key_and_the_plan_its_checksum() -> None:
    """In text and in Markdown; what is done already needs no name, and the plan of an undo has no approval."""
    told = (
        f"Checksum {REPORT.checksum}: `shiftbridge reconcile --approve {REPORT.checksum}` carries out this and nothing "
        "else; `shiftbridge refuse KEY` leaves out the row with that key."
    )
    assert printed(REPORT, 300).endswith(f"\n\n{told}\n")
    assert as_markdown(REPORT).splitlines()[4] == told
    text, page = printed(REPORT, 100), as_markdown(REPORT)
    for change in (POST, USER, MOVE, SEAT, HELD):
        assert (change.key[:6] in text, f"| {change.key[:6]} |" in page) == (True, True)
    done = of_outcome(Outcome(done=(POST,)), "main")
    assert POST.key[:6] not in printed(done, 100) + as_markdown(done)
    undone = of_plan(Plan((msgspec.structs.replace(POST, undoes=7),)), "main")
    assert "Checksum" not in printed(undone, 100) + as_markdown(undone)


def test_a_reconcile_says_what_it_did_and_what_failed() -> None:
    """A failed write keeps its place beside those that were done."""
    outcome = Outcome(done=(MOVE,), failed=(Result(POST, "failed", "422: slots is too small"),), skipped=UNMAPPED[:1])
    report = of_outcome(outcome, "main")
    assert words.headline(report) == "1 change written (1 in Wonolo), -1 paid hour, -$18.50, 1 failed."
    assert "x  Picker               Wonolo       post a request                failed: 422: slots is too" in printed(
        report, 100
    )


def test_a_report_is_pending_while_something_is_to_be_written_or_waits() -> None:
    """Links that only have to be remembered, and records that are left out, are nothing to do."""
    link = msgspec.structs.replace(POST, action="link")
    cases = {
        "write": of_plan(Plan((POST,)), "main"),
        "link": of_plan(Plan((link, *UNMAPPED)), "main"),
        "conflict": of_plan(Plan((HELD,)), "main"),
        "done": of_outcome(Outcome(done=(POST,)), "main"),
        "failed": of_outcome(Outcome(failed=(Result(POST, "unknown", "no answer"),)), "main"),
    }
    assert [name for name, report in cases.items() if report.is_pending] == ["write", "conflict", "failed"]


def test_a_cancellation_so_near_the_start_says_what_it_costs_and_whom() -> None:
    """In dollars, people and hours."""
    risk = Risk(paid_minutes=-960, cents=-32000, people=2, minutes_to_start=570, fee_cents=16000)
    assert price(msgspec.structs.replace(POST, risk=risk)) == (
        "-16 paid hours, -$320.00, $160.00 due to who is sent home, 2 workers concerned, 9 h 30 min before the start"
    )
    fee = Risk(people=1, minutes_to_start=60, fee_cents=8000)
    assert price(msgspec.structs.replace(POST, risk=fee)) == (
        "$80.00 due to who is sent home, 1 worker concerned, 1 h before the start"
    )
    assert price(msgspec.structs.replace(POST, risk=Risk(people=1))) == ""


def test_what_waits_says_how_soon_it_starts_and_whom_it_concerns() -> None:
    """Also where it costs nothing, and where the work has begun already."""
    held = msgspec.structs.replace(MOVE, verdict="hold", reason="late", touched=("start", "end"))
    cases = {
        Risk(people=2, minutes_to_start=570): "2 workers concerned, 9 h 30 min before the start",
        Risk(people=1, minutes_to_start=5 * 24 * 60 + 9): "1 worker concerned, 5 days before the start",
        Risk(minutes_to_start=-540): "began 9 h ago",
        Risk(paid_minutes=60, cents=2000, minutes_to_start=45): "+1 paid hour, +$20.00, 45 min before the start",
    }
    assert {risk: price(msgspec.structs.replace(held, risk=risk)) for risk in cases} == cases
    lone = msgspec.structs.replace(HELD, worker="wonolo:7", risk=Risk(minutes_to_start=600))
    assert price(lone) == "1 worker concerned, 10 h before the start"


def test_a_link_names_what_it_ties_and_no_system_as_if_it_were_written_to() -> None:
    """Neither in text nor to programs."""
    tied = (FieldChange("shifts", "", "301 (1 open), 302 (Ana R.)"), FieldChange("seats in Wonolo", "", "2"))
    link = msgspec.structs.replace(MOVE, action="link", fields=tied, risk=Risk())
    report = of_plan(Plan((link,)), "main")
    said = (
        "| to do | Forklift Driver, 08:00-16:00 |  | link request 50002; shifts: 301 (1 open), 302 (Ana R.), seats in"
    )
    assert said in as_markdown(report)
    assert json.loads(as_json(report))["changes"][0]["system"] is None
    assert words.headline(report) == "Nothing to write, 1 to link."


def test_an_open_seat_that_goes_concerns_nobody_who_sits() -> None:
    """Though three workers hold seats of the same request."""
    fewer = Risk(paid_minutes=-480, cents=-16000, people=3, minutes_to_start=570)
    change = msgspec.structs.replace(MOVE, touched=("headcount",), risk=fewer)
    assert price(change) == "-8 paid hours, -$160.00"
    moved = msgspec.structs.replace(change, touched=("headcount", "end"))
    assert price(moved) == "-8 paid hours, -$160.00, 3 workers concerned"


def test_the_total_tells_what_is_due_to_who_is_sent_home() -> None:
    """Savings are not the whole bill."""
    home = msgspec.structs.replace(SEAT, risk=Risk(people=1, fee_cents=5087, minutes_to_start=60))
    report = of_outcome(Outcome(done=(MOVE, home)), "main")
    assert words.headline(report) == (
        "2 changes written (1 in Wonolo, 1 in When I Work), -1 paid hour, -$18.50, $50.87 due to who is sent home."
    )


def test_what_was_approved_and_does_not_hold_any_more_is_named() -> None:
    """It is pending: somebody has to look at it again; in text and on a page."""
    report = of_outcome(Outcome(stale=("post a request (Picker at Harbor): carried out already, by run 2",)), "main")
    assert (report.is_pending, words.headline(report)) == (True, "Nothing written, 1 approved but not done.")
    said = "post a request (Picker at Harbor): carried out already, by run 2"
    assert f"Approved, but not done {'─' * 57}\n\n{said}\n" in printed(report, 80)
    assert as_markdown(report).endswith(f"\n## Approved, but not done\n\n- {said}\n")


@pytest.mark.parametrize(
    ("kind", "record", "worker", "said"),
    [
        ("shift", "78", "", "shift 78"),
        ("shift", "", "", "all its shifts"),
        ("shift", "", "wonolo:7", "a seat"),
        ("job", "", "", "a seat"),
        ("job_request", "", "", "the request"),
    ],
)
def test_what_no_single_record_stands_for_is_named_too(kind: Kind, record: str, worker: str, said: str) -> None:
    """As when a whole request was cancelled and its shifts were edited."""
    assert words.deed(msgspec.structs.replace(HELD, kind=kind, record=record, worker=worker)) == said


def test_a_reason_that_asks_ends_with_its_question() -> None:
    """No full stop follows the question mark."""
    why = "Wonolo showed no request at all, though links hold 4 requests: is that the right account?"
    refused = (Refusal("empty:job_request", 4, 0, why, "--allow empty:job_request"),)
    assert words.refused(of_plan(Plan((POST,), refusals=refused), "main")) == [
        why,
        "If this is meant, carry it out with --allow empty:job_request",
    ]


def test_the_day_of_a_decision_stays_where_that_of_the_work_goes() -> None:
    """Though both are the same day."""
    cause = "end Sat 14 Mar 16:00 -> Sat 14 Mar 15:00 in When I Work; Dana decided so on Sat 14 Mar 00:01 (sick)"
    report = of_plan(Plan((msgspec.structs.replace(MOVE, cause=cause),)), "main")
    assert words.why(report.entries[0]) == (
        "end 16:00 \N{RIGHTWARDS ARROW} 15:00 in When I Work; Dana decided so on Sat 14 Mar 00:01 (sick)"
    )


def test_a_night_shift_names_the_day_it_ends_on() -> None:
    """The day it starts on stands above it."""
    night = msgspec.structs.replace(POST, subject="Picker at Harbor, Sat 14 Mar 21:30-Sun 15 Mar 04:30")
    assert words.subject(night) == "Picker, 21:30-Sun 15 Mar 04:30"


def test_what_waits_for_a_person_is_counted() -> None:
    """And nothing is said to be written."""
    assert words.headline(of_waiting(Plan((HELD, POST)), "main")) == "1 conflict."
    held = msgspec.structs.replace(POST, verdict="hold", reason="late")
    assert words.headline(of_waiting(Plan((HELD, HELD, held, held, POST)), "main")) == (
        "2 wait for a yes, 2 conflicts."
    )
    assert words.headline(of_waiting(Plan((POST,)), "main")) == "Nothing waits for a person."


def test_an_empty_plan_is_one_sentence() -> None:
    """Nothing else is to be read."""
    report = of_plan(Plan(), "main")
    assert printed(report, 80) == "\nNothing to write.\n"
    assert as_markdown(report) == "# Diff of main\n\nNothing to write.\n"


def test_what_is_not_mapped_is_listed_with_what_to_write() -> None:
    """In a list of its own, on a terminal and on a page; a report without it has none."""
    place = InUse("address", "1 Pier Rd, 60601", 1, ('also = ["1 Pier Rd, 60601"]',), "Harbor", 84)
    position = InUse("position", "32", 8, ("position_id = 32",))
    report = of_plan(Plan(unmapped=(position, place)), "main")
    skill = "position '32' is not mapped, and 8 open shifts wait for it: write into an entry of [[skills]]"
    near = "address '1 Pier Rd, 60601' is not mapped, and 1 request waits for it; nearest is 'Harbor' (84 %)"
    todo = "write into its entry under [[places]] if it is 'Harbor': also = [\"1 Pier Rd, 60601\"]"
    lines = [f"{skill}: position_id = 32", f"{near}: {todo}"]
    heading = "In use, but not in the configuration"
    assert f"\n## {heading}\n\n- {lines[0]}\n- {lines[1]}\n" in as_markdown(report)
    shown = printed(report, 400)
    assert all(line in shown for line in (heading, *lines))
    assert heading not in printed(REPORT, 400) + as_markdown(REPORT)
