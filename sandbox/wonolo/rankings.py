"""`/job_requests/:id/rankings`, `re_rank_workers` and `resend_notifications` (Wonolo reference 4).

What the last one does is documented; the shapes of all three answers, and how Wonolo ranks, are guesses.
"""

from __future__ import annotations

import random
from typing import Any

from sandbox.wonolo.job_requests import find_job_request
from sandbox.wonolo.lifecycle import CLOSED, HOLDS_A_SEAT, jobs_on
from sandbox.wonolo.listing import some_page
from sandbox.wonolo.params import Params
from sandbox.wonolo.refusal import invalid
from sandbox.wonolo.render import job_request_record, ranking_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record
from sandbox.wonolo.users import visible_ids


def may_accept(state: WonoloState, user: Record, job_request: Record) -> bool:
    """Whether a user is a Worker who is ready and holds the hard badges; soft ones keep nobody away."""
    badges = state.badges.records
    needed = {requirement["badge_id"] for requirement in job_request["badge_requirements"]}
    hard = {number for number in needed if number in badges and not badges[number]["is_soft"]}
    held = {badge["badge_id"] for badge in user["user_badges"]}
    return is_ready(user) and hard <= held and user["id"] not in job_request["ban_list"]


def is_ready(user: Record) -> bool:
    """Whether a user is a Worker who is through the onboarding and not suspended."""
    return user["type"] == "Worker" and user["onboarding_last_state"] == "complete" and not user["suspended"]


def list_rankings(state: WonoloState, params: Params) -> dict[str, Any]:
    """List the workers ranked for a JobRequest, best first; a public pool key sees those it may see."""
    job_request = find_job_request(state, params["id"])
    ranked = list(enumerate(_ranked(state, job_request), start=1))
    if state.switches.pool == "public":
        seen = set(visible_ids(state))
        ranked = [(rank, number) for rank, number in ranked if number in seen]
    shown = some_page(state, params, ranked)
    return {"rankings": [ranking_record(state, job_request, rank, number) for rank, number in shown]}


def _ranked(state: WonoloState, job_request: Record) -> list[int]:
    """Ids of the workers, preferred ones first, then by rating with a chance that is another one in each round."""
    if job_request["state"] in (*CLOSED, "draft"):
        return []
    preferred = job_request["preferred_candidate_ids"]
    workers = [user for user in state.users.records.values() if may_accept(state, user, job_request)]
    if job_request["opened_as"] == "unassigned":
        workers = [worker for worker in workers if worker["id"] in preferred]
    chance = random.Random(f"{job_request['id']} {job_request['ranking_round']}")  # noqa: S311 - must repeat under a seed
    score = {worker["id"]: (worker["rating"] or 0) + chance.random() for worker in workers}
    return sorted(score, key=lambda number: (number not in preferred, -score[number]))


def re_rank_workers(state: WonoloState, params: Params) -> dict[str, Any]:
    """Rank the workers for a JobRequest anew; `re_ranked_worker_ids` tells the new order."""
    job_request = find_job_request(state, params["id"])
    _check_open(job_request)
    _rank_anew(state, job_request)
    return {"job_request": job_request_record(state, job_request)}


def _rank_anew(state: WonoloState, job_request: Record) -> None:
    job_request["ranking_round"] += 1
    job_request["re_ranked_worker_ids"] = _ranked(state, job_request)
    state.job_requests.touch(job_request, state.now())


def resend_notifications(state: WonoloState, params: Params) -> dict[str, Any]:
    """Tell workers again: preferred ones who have not accepted; if there are none, the pool, ranked anew."""
    job_request = find_job_request(state, params["id"])
    _check_open(job_request)
    if not job_request["preferred_candidate_ids"]:
        _rank_anew(state, job_request)
    on_it = {job["worker_id"] for job in jobs_on(state, job_request) if job["state"] in ("pending", *HOLDS_A_SEAT)}
    told = [number for number in _ranked(state, job_request) if number not in on_it]
    if job_request["preferred_candidate_ids"]:
        told = [number for number in told if number in job_request["preferred_candidate_ids"]]
    state.notifications.append({"job_request_id": job_request["id"], "worker_ids": told, "created_at": state.now()})
    return {"job_request": job_request_record(state, job_request)}


def _check_open(job_request: Record) -> None:
    if job_request["state"] in (*CLOSED, "draft"):
        raise invalid("state", f"Job request is {job_request['state']}")
