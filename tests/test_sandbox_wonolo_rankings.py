"""Who is ranked for a JobRequest in the sandbox's Wonolo, and who is told of it again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import NOON, Wonolo, wonolo


def _ranked(api: Wonolo, number: int, **query: Any) -> list[int]:
    return [ranking["worker_id"] for ranking in api.get(f"/job_requests/{number}/rankings", **query)["rankings"]]


def _told(api: Wonolo) -> list[int]:
    told: list[int] = api.world.wonolo.notifications[-1]["worker_ids"]
    return told


def test_every_worker_who_may_accept_is_ranked() -> None:
    """Best first, by page, each with a rank and the worker as a Job shows them."""
    api = wonolo()
    number = api.job_request()["id"]
    first, *others = api.get(f"/job_requests/{number}/rankings")["rankings"]
    assert {"job_request_id", "worker_id", "rank", "worker"} == set(first)
    assert (first["job_request_id"], first["rank"], first["worker"]["id"]) == (number, 1, first["worker_id"])
    assert [other["rank"] for other in others] == list(range(2, 41))
    assert sorted(_ranked(api, number)) == api.workers()
    assert _ranked(api, number, per=2, page=2) == _ranked(api, number)[2:4]


def test_preferred_workers_lead_and_banned_ones_are_left_out() -> None:
    """So are the suspended and, where a hard badge is asked for, those without it."""
    api = wonolo()
    favourite, banned, suspended, *_ = api.workers()
    api.world.wonolo.users.records[suspended]["suspended"] = True
    ranked = _ranked(api, api.job_request(preferred_candidate_ids=[favourite], ban_list=[banned])["id"])
    assert (ranked[0], len(ranked), {banned, suspended} & set(ranked)) == (favourite, 38, set())
    users = api.world.wonolo.users.records
    badge = next(number for number, one in api.world.wonolo.badges.records.items() if not one["is_soft"])
    badged = {n for n in api.workers() if badge in {held["badge_id"] for held in users[n]["user_badges"]}} - {suspended}
    assert set(_ranked(api, api.job_request(required_badge_ids=[badge])["id"])) == badged


def test_an_unassigned_job_request_ranks_its_preferred_workers_alone() -> None:
    """And one that is closed ranks nobody."""
    api = wonolo()
    number = api.job_request(state="unassigned", preferred_candidate_ids=api.workers()[:2])["id"]
    assert sorted(_ranked(api, number)) == api.workers()[:2]
    api.act("requestor_cancels", job_request_id=number)
    assert _ranked(api, number) == []


def test_a_public_pool_key_sees_the_ranks_of_its_own_workers() -> None:
    """Those with an active Job, as everywhere; their rank is the one among all."""
    api = wonolo()
    taken, other = api.job_request()["id"], api.job_request()["id"]
    worker = _ranked(api, other)[4]
    api.act("worker_accepts", job_request_id=taken, worker_id=worker)
    api.switch(pool="public")
    assert [one["rank"] for one in api.get(f"/job_requests/{other}/rankings")["rankings"]] == [5]


def test_ranking_anew_makes_another_order() -> None:
    """It is told in `re_ranked_worker_ids`, and moves `updated_at`."""
    api = wonolo()
    posted = api.job_request()
    before = _ranked(api, posted["id"])
    api.wait(minutes=1)
    ranked = api.post(f"/job_requests/{posted['id']}/re_rank_workers")["job_request"]
    assert ranked["re_ranked_worker_ids"] == _ranked(api, posted["id"]) != before
    assert posted["re_ranked_worker_ids"] == []
    assert ranked["updated_at"] > posted["updated_at"]


def test_preferred_workers_who_have_not_accepted_are_told_again() -> None:
    """They alone, and the order stays (Wonolo reference 4)."""
    api = wonolo()
    number = api.job_request(preferred_candidate_ids=api.workers()[:3])["id"]
    ranked = _ranked(api, number)
    api.act("worker_accepts", job_request_id=number, worker_id=ranked[0])
    assert api.post(f"/job_requests/{number}/resend_notifications")["job_request"]["id"] == number
    assert _told(api) == ranked[1:3]
    assert _ranked(api, number) == ranked
    assert api.world.snapshot()["wonolo"]["notifications"] == [
        {"job_request_id": number, "worker_ids": ranked[1:3], "created_at": "2026-11-23T10:00:00.000-08:00"}
    ]
    assert api.world.clock.now() == NOON


def test_without_preferred_workers_the_pool_is_ranked_anew_and_told() -> None:
    """So no two calls tell the same workers in the same order (Wonolo reference 4)."""
    api = wonolo()
    number = api.job_request()["id"]
    rounds = []
    for _ in range(2):
        api.post(f"/job_requests/{number}/resend_notifications")
        rounds.append(_told(api))
        assert _ranked(api, number) == _told(api)
    assert rounds[0] != rounds[1]
    assert sorted(rounds[0]) == sorted(rounds[1]) == api.workers()


@pytest.mark.parametrize("action", ["re_rank_workers", "resend_notifications"])
def test_a_cancelled_job_request_calls_nobody(action: str) -> None:
    """422; an unknown one is a 404. Neither action creates anything, whatever a create answers."""
    api = wonolo()
    number = api.job_request()["id"]
    api.switch(created_status=201)
    assert api.send("POST", f"/job_requests/{number}/{action}").status_code == 200
    api.act("requestor_cancels", job_request_id=number)
    assert api.refused("POST", f"/job_requests/{number}/{action}") == (422, "Job request is cancelled")
    assert api.refused("POST", f"/job_requests/1/{action}") == (404, "Not Found")
    assert api.refused("GET", "/job_requests/1/rankings") == (404, "Not Found")
