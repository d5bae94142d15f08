"""Whose webhooks are: each service's own signature over the very bytes, and no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
from itertools import product
from typing import get_args

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mappings.model import System
from sandbox.targets import Target
from sync.intake.webhooks import genuine, read_hint
from tests.sandbox_webhooks import SIGNED, TOKEN, Served, posted_job_request
from tests.webhook_receiver import receiving

URL = "http://127.0.0.1:1/"
KNOWN = "639035754c5b270c7eb0823a2bae4c95bef42ce577c479a24ba7502c27f0581b"
BODY, SECRET = b'{"a":1}', "sk_test_x"
SYSTEMS: tuple[System, ...] = get_args(System)
DIGESTS = ("hex", "upper_hex", "base64")


def signed(system: System, body: bytes, secret: str, digest: str) -> str:
    """The sandbox's signature, which knows nothing of the engine's."""
    return msgspec.convert(
        {"system": system, "url": URL, "secret": secret or "none", "digest": digest}, Target
    ).signature(body, secret)


@pytest.mark.parametrize(
    "spelt",
    [
        KNOWN,
        KNOWN.upper(),
        base64.b64encode(bytes.fromhex(KNOWN)).decode(),
        f"sha256={KNOWN}",
        f" {KNOWN} ",
    ],
)
def test_wonolo_signs_with_a_hash_of_body_and_secret(spelt: str) -> None:
    """The vector of Wonolo reference 11, in the spellings that may be meant."""
    assert genuine("wonolo", BODY, spelt, [SECRET])


@pytest.mark.parametrize("spelt", ["hex", "upper_hex", "base64"])
def test_when_i_work_signs_with_an_hmac(spelt: str) -> None:
    """In base64 (When I Work reference 13.6); hex is accepted too."""
    digest = hmac.digest(SECRET.encode(), BODY, "sha256")
    spellings = {
        "hex": digest.hex(),
        "upper_hex": digest.hex().upper(),
        "base64": base64.b64encode(digest).decode(),
    }
    assert genuine("wheniwork", BODY, spellings[spelt], [SECRET])
    assert not genuine("wonolo", BODY, spellings[spelt], [SECRET])


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", KNOWN[:-1], KNOWN + "0", "\u00e9" * 64, "\ud800", "\u212a", KNOWN.replace("6", "\u0666"),
     base64.b64encode(bytes.fromhex(KNOWN)).decode().swapcase(), base64.b64encode(KNOWN.encode()).decode(),
     hashlib.sha256(BODY).hexdigest(), hashlib.sha256(SECRET.encode() + BODY).hexdigest()],
)  # fmt: skip
def test_what_is_not_the_signature_is_forged(signature: str) -> None:
    """Also what is not ASCII, and what is nearly right."""
    assert not genuine("wonolo", BODY, signature, [SECRET])


def test_without_a_secret_nothing_is_genuine() -> None:
    """Not even what is signed with an empty one."""
    for system, digest in product(SYSTEMS, DIGESTS):
        assert not genuine(system, BODY, signed(system, BODY, "", digest), [])


def test_while_keys_are_changed_two_secrets_are_accepted() -> None:
    """The new one and the one before it, wherever they stand; no third."""
    for system, secret in product(SYSTEMS, ["old", "new", "older"]):
        signature = signed(system, BODY, secret, "hex")
        assert genuine(system, BODY, signature, ["new", "old"]) == (secret != "older")


@given(
    st.sampled_from(SYSTEMS),
    st.sampled_from(DIGESTS),
    st.binary(),
    st.binary(),
    st.text(min_size=1),
    st.text(min_size=1),
)
def test_a_signature_is_good_for_one_body_and_one_secret(
    system: System, digest: str, body: bytes, other_body: bytes, secret: str, other_secret: str
) -> None:
    """Whatever they are."""
    assume(body != other_body and secret.encode() != other_secret.encode())
    signature = signed(system, body, secret, digest)
    assert genuine(system, body, signature, [secret])
    assert not genuine(system, other_body, signature, [secret])
    assert not genuine(system, body, signature, [other_secret])


@given(st.sampled_from(SYSTEMS), st.binary(), st.text(st.characters()))
def test_no_text_is_a_signature_by_chance(system: System, body: bytes, signature: str) -> None:
    """Nor does any break the check."""
    assert not genuine(system, body, signature, [SECRET])


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("body", ["record", "bare", "hint"])
def test_what_wonolo_sends_in_the_sandbox_is_genuine_and_understood(digest: str, body: str) -> None:
    """In every spelling of the signature, with every body that may be meant."""
    with receiving() as receiver, Served() as control:
        control.aim(receiver, digest=digest, body=body)
        number = posted_job_request(control)["id"]
        job = control.post("/act", {"name": "worker_accepts", "job_request_id": number})["job"]["id"]
    assert all(genuine("wonolo", body, headers[TOKEN], ["sk_test_sandbox"]) for headers, body in receiver.calls)
    hints = [read_hint("wonolo", body, headers) for headers, body in receiver.calls]
    assert [one.records for one in hints] == [(("job_request", number),), (("job", job),), (("job_request", number),)]
    assert {(one.parts, one.shape) for one in hints} == {((), "known")}


@pytest.mark.parametrize("digest", DIGESTS)
def test_what_when_i_work_sends_in_the_sandbox_is_genuine_and_understood(digest: str) -> None:
    """Its batches name shifts and users; the manager is among them, as a login is a change too."""
    with receiving() as receiver, Served() as control:
        control.aim(receiver, "wheniwork", digest=digest)
        shift = control.post("/act", {"name": "manager_edits_shift", "fields": {"notes": "Gate 2"}})["shift"]["id"]
        user = control.wheniwork("POST", "/users", json={"first_name": "Ida", "email": "ida@sandbox.example"})
        control.post("/advance", {"minutes": 1})
    assert all(genuine("wheniwork", body, headers[SIGNED], ["shared"]) for headers, body in receiver.calls)
    hints = [read_hint("wheniwork", body, headers) for headers, body in receiver.calls]
    named = {record for one in hints for record in one.records}
    assert named > {("shift", shift), ("user", user.json()["user"]["id"])}
    assert {(one.parts, one.shape) for one in hints} == {((), "known")}
