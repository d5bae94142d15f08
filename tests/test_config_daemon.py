"""The options of the daemon and of webhooks: where it listens, how often it looks, which secrets sign what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.config import Config, read
from sync.config.daemon import DaemonSection, PollSection
from sync.config.writing import commented
from sync.errors import ConfigError


def tables(**sections: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a file with the access to both accounts, and what is given for each section."""
    access: dict[str, dict[str, Any]] = {
        "wonolo": {"api_key": "pk", "secret_key": "sk"},
        "wheniwork": {"key": "dev", "email": "manager@company.example", "password": "secret"},
    }
    return {**access, **{name: {**access.get(name, {}), **options} for name, options in sections.items()}}


def configured(folder: Path, **sections: Mapping[str, Any]) -> Config:
    """The configuration with what is given for each section."""
    return read(tables(**sections), {}, folder)


def problems(folder: Path, environ: Mapping[str, str] | None = None, **sections: Mapping[str, Any]) -> list[str]:
    """Everything said about a bad configuration."""
    with pytest.raises(ConfigError) as error:
        read(tables(**sections), environ or {}, folder)
    return error.value.problems


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [
        ("127.0.0.1:8026", "127.0.0.1", 8026),
        ("10.0.0.1:0", "10.0.0.1", 0),
        ("[::1]:65535", "::1", 65_535),
        ("daemon.company.example:80", "daemon.company.example", 80),
    ],
)
def test_an_address_to_listen_on_is_a_host_and_a_port(listen: str, host: str, port: int) -> None:
    """Names, both kinds of addresses, and port 0 for a free one."""
    section = DaemonSection(listen=listen)
    assert (section.host, section.port) == (host, port)


@pytest.mark.parametrize(
    "listen",
    ["", "8026", ":8026", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8026", "[]:8026", "[::1]",
     "http://127.0.0.1:8026", "a b:80", "localhost:8O26", "localhost:\u0663"],
)  # fmt: skip
def test_what_is_no_address_is_shown_an_example(tmp_path: Path, listen: str) -> None:
    """A port alone, an IPv6 address without brackets, a URL."""
    assert problems(tmp_path, daemon={"listen": listen}) == [
        f"daemon.listen: must be host:port, as '127.0.0.1:8026' or '[::1]:8026'; it is {listen!r}"
    ]


def test_another_address_than_the_configured_one_is_as_strictly_read() -> None:
    """That of `--listen`; everything else stays."""
    section = DaemonSection(listen="127.0.0.1:1", workers="queue")
    assert section.listening_on("") == section
    assert section.listening_on("[::1]:2") == DaemonSection(listen="[::1]:2", workers="queue")
    with pytest.raises(ConfigError) as error:
        section.listening_on("8026")
    assert error.value.problems == ["--listen: must be host:port, as '127.0.0.1:8026' or '[::1]:8026'; it is '8026'"]


def test_every_part_has_its_seconds(tmp_path: Path) -> None:
    """The daemon's clock needs no list of parts of its own."""
    poll = configured(tmp_path, daemon={"poll": {"soon": 20}}).daemon.poll
    assert poll.seconds == {
        "requests": 30,
        "soon": 20,
        "later": 600,
        "time_off": 600,
        "people": 900,
        "hours": 900,
        "places": 3600,
        "second_look": 86_400,
    }


def test_polling_can_be_stretched_but_never_ends(tmp_path: Path) -> None:
    """No pause is endless, and no table within a table hides a mistake."""
    environ = {"SHIFTBRIDGE_DAEMON__POLL__PEOPLE": "often", "SHIFTBRIDGE_DAEMON__POLL__SOON": "5"}
    poll = {"requests": 0, "later": float("inf"), "hours": float("nan"), "poeple": 3, "listen": "here"}
    daemon = {"stale_after": 0, "stretch_polls": 0.5, "second_look": 60, "backoff": 3, "poll": poll}
    assert problems(tmp_path, environ, daemon=daemon) == [
        "$SHIFTBRIDGE_DAEMON__POLL__PEOPLE: must be a number",
        "daemon.backoff: there is no such option; there are listen, poll, stale_after, stretch_polls, workers",
        "daemon.poll.hours: must be a finite number",
        "daemon.poll.later: must be a finite number",
        "daemon.poll.listen: there is no such option here; there is one under [daemon]",
        "daemon.poll.poeple: there is no such option; did you mean people?",
        "daemon.poll.requests: must be greater than 0",
        "daemon.second_look: there is no such option here; there is one under [daemon.poll]",
        "daemon.stale_after: must be greater than 0",
        "daemon.stretch_polls: must be greater than or equal to 1",
    ]
    assert problems(tmp_path, daemon={"poll": 30}) == ["daemon.poll: must be a table of options"]


def test_a_written_file_holds_the_polls_that_are_given() -> None:
    """A table within a table is written as one."""
    read_back = tomllib.loads(commented({"daemon": {"listen": "127.0.0.1:0", "poll": {"soon": 5}}}))["daemon"]
    assert read_back == DaemonSection(listen="127.0.0.1:0", poll=PollSection(soon=5)).model_dump()


@pytest.mark.parametrize(
    ("options", "secrets"),
    [
        ({}, ("sk",)),
        ({"previous_webhook_secret": "old"}, ("sk", "old")),
        ({"webhook_secret": "hook"}, ("hook",)),
        ({"webhook_secret": "hook", "previous_webhook_secret": "sk"}, ("hook", "sk")),
    ],
)
def test_wonolos_webhooks_are_signed_with_the_secret_key_unless_told(
    tmp_path: Path, options: dict[str, str], secrets: tuple[str, ...]
) -> None:
    """Wonolo documents no secret of their own (Wonolo reference 11)."""
    assert configured(tmp_path, wonolo=options).wonolo.webhook_secrets == secrets


def test_when_i_work_has_no_secret_for_webhooks_until_one_is_set(tmp_path: Path) -> None:
    """Kept in a file as every secret may be; an empty line beside the file is no second secret."""
    (tmp_path / "hook").write_text("from a file\n")
    options = {"webhook_secret": "", "webhook_secret_file": "hook", "previous_webhook_secret": "old"}
    assert configured(tmp_path).wheniwork.webhook_secrets == ()
    section = configured(tmp_path, wheniwork=options).wheniwork
    assert (section.webhook_secrets, section.webhook_header) == (("from a file", "old"), "X-Signed-Hmac-256")
    assert "from a file" not in repr(section)


def test_a_change_of_keys_that_changes_nothing_is_a_mistake(tmp_path: Path) -> None:
    """Two lines with one secret would hide that the old one is still the only one."""
    hint = "leave it empty once the old key is gone"
    same = {"webhook_secret": "hook", "previous_webhook_secret": "hook"}
    assert problems(tmp_path, wonolo={"previous_webhook_secret": "sk"}, wheniwork=same) == [
        f"wheniwork: previous_webhook_secret is the same as webhook_secret; {hint}",
        f"wonolo: previous_webhook_secret is the same as secret_key; {hint}",
    ]
    assert problems(tmp_path, wonolo=same) == [f"wonolo: previous_webhook_secret is the same as webhook_secret; {hint}"]


def test_two_files_that_cannot_be_read_are_not_one_secret(tmp_path: Path) -> None:
    """What is said about them is that they cannot be read, and nothing that follows from it."""
    files = {"webhook_secret_file": "one", "previous_webhook_secret_file": "two"}
    assert problems(tmp_path, wonolo=files) == [
        f"wonolo.previous_webhook_secret_file: {tmp_path}/two cannot be read: No such file or directory",
        f"wonolo.webhook_secret_file: {tmp_path}/one cannot be read: No such file or directory",
    ]


def test_a_header_that_nobody_can_send_is_refused(tmp_path: Path) -> None:
    """Each webhook would be refused for want of its signature."""
    assert problems(tmp_path, wheniwork={"webhook_header": "X-Signed: "}, wonolo={"webhook_header": ""}) == [
        "wheniwork.webhook_header: must be the name of a header, as 'X-Signature'; it is 'X-Signed: '",
        "wonolo.webhook_header: must be the name of a header, as 'X-Signature'; it is ''",
    ]


def test_a_configuration_whose_webhook_secret_is_kept_in_a_file_reads_back(tmp_path: Path) -> None:
    """Nothing is written beside the name of the file that would contradict it."""
    (tmp_path / "hook").write_text("kept apart")
    text = commented(tables(wonolo={"webhook_secret_file": "hook"}))
    assert read(tomllib.loads(text), {}, tmp_path).wonolo.webhook_secrets == ("kept apart",)
