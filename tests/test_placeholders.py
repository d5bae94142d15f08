"""Workers who become users by name alone: When I Work is told neither their e-mail nor their telephone number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mappings.link import LinkedWorker
from mappings.model import Worker
from sync.plan import Policy, make_plan
from tests.engine_world import copied, open_pair
from tests.factories import ANA, CAT, RULES, job, linked, shift, snapshot, wonolo_user
from tests.plans import lines, only
from tests.test_config import ACCESS, problems

EMAIL = "shifts+{worker}@company.example"
POLICY = Policy(RULES, workers="placeholder", placeholder_email=EMAIL)
NEEDED = "as 'shifts+{worker}@example.com'"


@pytest.mark.parametrize(
    ("worker", "email"),
    [(ANA, "shifts+7@company.example"), (msgspec.structs.replace(CAT, email=""), "shifts+9@company.example")],
)
def test_a_placeholder_has_the_workers_name_and_the_companys_own_address(worker: Worker, email: str) -> None:
    """Also who shows Wonolo no e-mail can take a seat this way."""
    link = linked(jobs=[job(worker)], shifts=[shift()])
    (_, verdict, user), _ = lines(snapshot(link, users={}, people={worker.key: worker}, policy=POLICY))
    told = {name: user[name] for name in ("first_name", "email", "phone_number", "employee_code", "invite")}
    assert (verdict, told) == (
        "do",
        {
            "first_name": worker.first_name,
            "email": email,
            "phone_number": "",
            "employee_code": worker.key,
            "invite": False,
        },
    )


def test_of_a_placeholder_the_name_alone_follows_wonolo() -> None:
    """A new e-mail or telephone number is nobody else's business."""
    married = wonolo_user(last_name="Okafor", email="new@example.com", phone="+13125550199")
    link = LinkedWorker(key="worker:wonolo:7", base=ANA, user_id=107, wonolo=married, ours=True)
    assert only(make_plan(snapshot(workers=(link,), policy=POLICY))).payload == {"last_name": "Okafor"}


async def test_the_account_never_sees_an_address_of_a_worker(sqlite_template: Path, tmp_path: Path) -> None:
    """A worker accepts, becomes a user, and takes the seat; then nothing is left to do."""
    sync: dict[str, Any] = {"workers": "placeholder", "placeholder_email": EMAIL}
    async with open_pair(copied(sqlite_template, tmp_path), sync=sync) as pair:
        pair.accept("Ada", pair.post(1))
        assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 0 open, Ada"]
        worker = pair.worker("Ada")
        [user] = [row for row in pair.world.wheniwork.users.values() if row["employee_code"] == f"wonolo:{worker}"]
        assert (user["first_name"], user["email"], user["phone_number"]) == (
            "Ada",
            f"shifts+{worker}@company.example",
            "",
        )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("workers = 'placeholder'", f"sync: workers = 'placeholder' needs a placeholder_email, {NEEDED}"),
        (
            "placeholder_email = 'shifts@company.example'",
            f"sync.placeholder_email: must be an e-mail with {{worker}} before its @, {NEEDED}",
        ),
    ],
)
def test_placeholders_need_an_address_each(tmp_path: Path, options: str, problem: str) -> None:
    """When I Work may refuse a second user with the same one."""
    assert problems(tmp_path, f"{ACCESS}[sync]\n{options}\n") == [problem]
