"""Reading a configuration: what a good one means, and what is said about a bad one."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mappings.model import Place, Rules, Scope, Skill, Stage
from mappings.ownership import OWNERSHIP, Right
from sync.config import Config, load
from sync.config.entries import PlaceEntry, SkillEntry
from sync.config.writing import commented, write_file
from sync.errors import ConfigError

ROOT = Path(__file__).parent.parent

SYNC_OPTIONS = "clock, cutoff_hours, history_days, horizon_days, placeholder_email, times_days, week_starts, workers"

EXAMPLE: dict[str, Any] = {
    "wonolo": {"api_key": "your API key", "secret_key": "your secret key"},
    "wheniwork": {"key": "your developer key", "email": "manager@company.example", "password": "your password"},
    "places": [
        {
            "name": "Harbor Warehouse",
            "location_id": 140,
            "address": "400 Harbor Road",
            "city": "Chicago",
            "zip": "60617",
            "zone": "America/Chicago",
            "also": ["Old Harbor Rd, Gate 2", "400 Harbor Road, 60618"],
        },
        {
            "name": "Harbor Warehouse, Dock 2",
            "location_id": 140,
            "site_id": 7,
            "venue": "Dock 2",
            "address": "402 Harbor Road",
            "city": "Chicago",
            "zip": "60617",
            "zone": "America/Chicago",
        },
    ],
    "skills": [
        {
            "name": "Picker",
            "position_id": 33,
            "category": "Fulfillment / Warehousing",
            "description": "Pick and pack orders; lift up to 40 lb.",
            "hourly_rate": 18.5,
        },
        {
            "name": "Forklift Driver",
            "position_id": 34,
            "category": "Fulfillment / Warehousing",
            "description": "Move pallets between dock and racks.",
            "hourly_rate": 24.0,
            "badges": ["Forklift"],
            "words": ["forklift", "lift operator"],
            "lead_hours": 48,
        },
    ],
}
"""What `config.example.toml` holds: `python -m tests.test_config` writes it anew."""

ACCESS = """
[wonolo]
api_key = "pk"
secret_key = "sk"
[wheniwork]
key = "dev"
email = "manager@company.example"
password = "secret"
"""

SKILL = """
[[skills]]
name = "Picker"
position_id = 33
category = "General Labor"
description = "Pick."
hourly_rate = 18.55
"""


def written(folder: Path, text: str) -> Path:
    """Write a configuration file."""
    path = folder / "shiftbridge.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Everything said about a bad configuration."""
    with pytest.raises(ConfigError) as error:
        load(written(folder, text), environ or {})
    return error.value.problems


def unset(name: str, file: str) -> str:
    """What to do about a missing secret."""
    return f"set it under [{name.partition('__')[0].lower()}], in $SHIFTBRIDGE_{name}, or name a file in {file}"


def test_the_example_file_is_what_the_descriptions_say_and_loads() -> None:
    """Nobody can forget to document an option."""
    path = ROOT / "config.example.toml"
    assert path.read_text(encoding="utf-8") == commented(EXAMPLE)
    assert load(path, {}).skills[1].lead_hours == 48


def test_the_example_file_names_every_option() -> None:
    """Optional ones stand there with their default, or in a comment."""
    text = commented(EXAMPLE)
    named = {*re.findall(r"^(?:# )?(\w+) =", text, re.MULTILINE), *re.findall(r"^\[\w+\.(\w+)]", text, re.MULTILINE)}
    models: list[type[BaseModel]] = [*tables_within(Config), PlaceEntry, SkillEntry]
    options = {name for model in models if model is not Config for name in model.model_fields}
    assert options - {"settled"} <= named  # what is settled leaves no choice


def tables_within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A table, and the tables within it."""
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from tables_within(field.annotation)


def test_the_smallest_configuration_has_the_documented_defaults(tmp_path: Path) -> None:
    """Writing is off until somebody switches it on."""
    config = load(written(tmp_path, ACCESS), {})
    assert config.model_dump(exclude={"wonolo", "wheniwork", "database"}) == {
        "name": "main",
        "daemon": {
            "listen": "127.0.0.1:8026",
            "workers": "inside",
            "stale_after": 30,
            "stretch_polls": 1,
            "poll": {
                "requests": 30,
                "soon": 60,
                "later": 600,
                "time_off": 600,
                "people": 900,
                "hours": 900,
                "places": 3600,
                "second_look": 86_400,
            },
        },
        "connection": {"ca_file": ""},
        "sync": {
            "horizon_days": 14,
            "history_days": 92,
            "times_days": 14,
            "week_starts": "monday",
            "cutoff_hours": 12,
            "workers": "create",
            "placeholder_email": "",
            "clock": "system",
        },
        "scope": {"tag": "", "color": ""},
        "guards": {
            "share": 0.3,
            "at_least": 10,
            "cancelled_hours": 200,
            "spend_per_run": 10_000,
            "spend_per_day": 25_000,
        },
        "ownership": {"open": {}, "locked": {}, "running": {}, "done": {}, "settled": {}, "worker": {}},
        "places": (),
        "skills": (),
    }
    assert (config.wonolo.write, config.wheniwork.write) == (False, False)
    assert config.wonolo.secret_key.get_secret_value() == "sk"


def test_the_rules_hold_cents_and_minutes(tmp_path: Path) -> None:
    """The file speaks of dollars and hours, the mappings of neither."""
    place = '[[places]]\nname="Hub"\nlocation_id=1\naddress="1 A St"\ncity="Reno"\nzip="89501"\nzone="America/Reno"\n'
    place = place.replace("America/Reno", "America/Los_Angeles")
    scope = '[scope]\ntag = "#wonolo"\n'
    config = load(written(tmp_path, ACCESS + scope + place + SKILL + "lead_hours = 1.5\n"), {})
    assert config.rules == Rules(
        places=(Place("Hub", 1, "1 A St", "Reno", "89501", "America/Los_Angeles"),),
        skills=(Skill("Picker", 33, "General Labor", "Pick.", 1855),),
        scope=Scope(tag="#wonolo", lead_minutes={"Picker": 90}),
    )


def test_no_secret_is_shown_with_the_configuration(tmp_path: Path) -> None:
    """A log line or a traceback may hold a configuration."""
    text = ACCESS + '[database]\nurl = "postgresql://me:hush@db/shifts"\n'
    shown = repr(load(written(tmp_path, text), {}))
    assert not [secret for secret in ("'pk'", "'sk'", "'dev'", "'secret'", "manager@", "hush") if secret in shown]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:///data/a.db", "sqlite:///{folder}/data/a.db"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_a_database_is_seen_from_the_configurations_folder(tmp_path: Path, url: str, meant: str) -> None:
    """Where the program is started does not decide which database it uses."""
    config = load(written(tmp_path, f'{ACCESS}[database]\nurl = "{url}"\n'), {})
    assert config.database.url == meant.format(folder=tmp_path)


def test_the_environment_is_over_the_file(tmp_path: Path) -> None:
    """Other names of the prefix and empty values are left alone."""
    environ = {
        "SHIFTBRIDGE_WONOLO__SECRET_KEY": "from the environment",
        "SHIFTBRIDGE_SYNC__HORIZON_DAYS": "7",
        "SHIFTBRIDGE_WHENIWORK__WRITE": "true",
        "SHIFTBRIDGE_WHENIWORK__KEY": "",
        "SHIFTBRIDGE_CONFIG": "elsewhere.toml",
        "SHIFTBRIDGE_PORT": "tcp://10.0.0.1:80",
    }
    config = load(written(tmp_path, ACCESS.replace('secret_key = "sk"', 'secret_key_file = "unused"')), environ)
    assert config.wonolo.secret_key.get_secret_value() == "from the environment"
    assert config.wheniwork.key.get_secret_value() == "dev"
    assert (config.sync.horizon_days, config.wheniwork.write) == (7, True)


def test_who_owns_a_field_may_be_decided_cell_by_cell(tmp_path: Path) -> None:
    """The environment is over the file there too, and the rest stays as it is."""
    text = ACCESS + '[ownership.locked]\nstart = "nobody"\nheadcount = "wonolo"\n'
    config = load(written(tmp_path, text), {"SHIFTBRIDGE_OWNERSHIP__LOCKED__HEADCOUNT": "wonolo, ask"})
    locked = dict(OWNERSHIP.demand[Stage.LOCKED])
    locked |= {"start": Right(None), "headcount": Right("wonolo", "always")}
    assert config.ownership.table.demand == {**OWNERSHIP.demand, Stage.LOCKED: locked}
    assert load(written(tmp_path, ACCESS), {}).ownership.table == OWNERSHIP


def test_what_is_wrong_with_rights_is_said_where_they_stand(tmp_path: Path) -> None:
    """Stages, fields, rights, and whatever is no right at all."""
    text = ACCESS + '[ownership]\ndone = "nobody"\n[ownership.lockd]\n[ownership.running]\nstart = "wheniwork"\n'
    text += "[ownership.worker]\nname = 3\n"
    assert problems(tmp_path, text, {"SHIFTBRIDGE_OWNERSHIP__OPEN__STRT": "nobody"}) == [
        "$SHIFTBRIDGE_OWNERSHIP__OPEN: there is no field strt; did you mean start?",
        "ownership.done: must be a table of options",
        "ownership.lockd: there is no such option; did you mean locked?",
        "ownership.running: start cannot be 'wheniwork': the workers are there, and it has begun",
        "ownership.worker.name: must be text, in quotes",
    ]


def test_a_secret_may_be_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    """The path is seen from the configuration's folder, and the line's end is no part of the secret."""
    (tmp_path / "key.txt").write_text("kept apart\n")
    config = load(written(tmp_path, ACCESS.replace('secret_key = "sk"', 'secret_key_file = "key.txt"')), {})
    assert config.wonolo.secret_key.get_secret_value() == "kept apart"


def test_what_is_wrong_with_a_secrets_file_is_said(tmp_path: Path) -> None:
    """Without a file, with nothing or no text in it, named as something else, or named beside the secret itself."""
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    text = '[wonolo]\napi_key = "pk"\napi_key_file = "empty"\nsecret_key_file = "none"\n'
    text += '[wheniwork]\nkey_file = "empty"\nemail_file = "bytes"\npassword_file = 3\n'
    assert problems(tmp_path, text) == [
        f"wheniwork.email_file: {tmp_path}/bytes is not text in UTF-8",
        f"wheniwork.key_file: {tmp_path}/empty is empty",
        "wheniwork.password_file: must be the name of a file, in quotes",
        "wonolo.api_key_file: api_key is set too; keep one of the two",
        f"wonolo.secret_key_file: {tmp_path}/none cannot be read: No such file or directory",
    ]


def test_everything_wrong_is_told_at_once_with_the_nearest_known_option(tmp_path: Path) -> None:
    """One run of the program is enough to put a whole file right."""
    text = """
        horizon_days = 7
        guard = 3
        scope = 1
        [wonolo]
        secrt_key = "sk"
        per_second = 0
        start_time_format = "local"
        [wheniwork]
        key = 5
        email = "manager@company.example"
        write = "perhaps"
        [sync]
        horizn_days = 14
        cutoff_hours = "soon"
        frequency = 3
        [[places]]
        name = "Hub"
        location_id = 1.5
        adress = "1 A St"
        zip = 60614
        zone = "America/Chikago"
        [[skills]]
        badges = "Forklift"
        """
    assert problems(tmp_path, text) == [
        "guard: there is no such option; did you mean guards?",
        "horizon_days: there is no such option here; there is one under [sync]",
        "places no. 1 (Hub).address: is missing",
        "places no. 1 (Hub).adress: there is no such option; did you mean address?",
        "places no. 1 (Hub).city: is missing",
        "places no. 1 (Hub).location_id: must be a whole number",
        "places no. 1 (Hub).zip: must be text, in quotes",
        "places no. 1 (Hub).zone: 'America/Chikago' is no time zone; did you mean 'America/Chicago'?",
        "scope: must be a table of options",
        "skills no. 1.badges: must be a list, in square brackets",
        "skills no. 1.category: is missing",
        "skills no. 1.description: is missing",
        "skills no. 1.hourly_rate: is missing",
        "skills no. 1.name: is missing",
        "skills no. 1.position_id: is missing",
        "sync.cutoff_hours: must be a number",
        f"sync.frequency: there is no such option; there are {SYNC_OPTIONS}",
        "sync.horizn_days: there is no such option; did you mean horizon_days?",
        "wheniwork.key: must be text, in quotes",
        f"wheniwork.password: is missing; {unset('WHENIWORK__PASSWORD', 'password_file')}",
        "wheniwork.write: must be true or false",
        f"wonolo.api_key: is missing; {unset('WONOLO__API_KEY', 'api_key_file')}",
        "wonolo.per_second: must be greater than 0",
        f"wonolo.secret_key: is missing; {unset('WONOLO__SECRET_KEY', 'secret_key_file')}",
        "wonolo.secrt_key: there is no such option; did you mean secret_key?",
        'wonolo.start_time_format: must be "wall" or "iso", in quotes; it is \'local\'',
    ]


def test_a_problem_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    """Nobody would find it in the file."""
    environ = {"SHIFTBRIDGE_WONOLO__WRIET": "true", "SHIFTBRIDGE_SYNC__HORIZON_DAYS": "a week"}
    assert problems(tmp_path, ACCESS, environ) == [
        "$SHIFTBRIDGE_SYNC__HORIZON_DAYS: must be a whole number",
        "$SHIFTBRIDGE_WONOLO__WRIET: there is no such option; did you mean write?",
    ]


def test_sections_that_are_no_tables_are_said_to_be(tmp_path: Path) -> None:
    """The environment and the secrets' files find nothing to stand on there."""
    text = "wonolo = 3\nplaces = 4\nwheniwork = []\n"
    assert problems(tmp_path, text, {"SHIFTBRIDGE_WONOLO__WRITE": "true"}) == [
        "places: must be a list, in square brackets",
        "wheniwork: must be a table of options",
        "wonolo: must be a table of options",
    ]


def test_a_place_or_skill_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    """A shift must have one meaning."""
    place = '[[places]]\nname="{}"\nlocation_id=1\naddress="1 A St"\ncity="Reno"\nzip="89501"\nzone="UTC"\n'
    text = ACCESS + place.format("Hub") + place.format("Hall") + SKILL + SKILL
    assert problems(tmp_path, text) == [
        "places: each location and site may stand there only once; more than once: (1, 0)",
        "skills: each name may stand there only once; more than once: Picker",
    ]


def test_a_zone_that_resembles_nothing_is_shown_an_example(tmp_path: Path) -> None:
    """A name of a folder of zones is no zone either."""
    place = '[[places]]\nname="Hub"\nlocation_id=1\naddress="1 A St"\ncity="Reno"\nzip="89501"\nzone="{}"\n'
    hint = "is no time zone; write one like 'America/Chicago'"
    assert problems(tmp_path, ACCESS + place.format("??")) == [f"places no. 1 (Hub).zone: '??' {hint}"]


def test_nothing_half_filled_in_is_written_to_wonolo(tmp_path: Path) -> None:
    """What `init` could not know must be filled in before real people are asked to come."""
    place = '[[places]]\nname="Hub"\nlocation_id=1\naddress=" "\ncity=""\nzip="89501"\nzone="UTC"\n'
    skill = SKILL.replace("18.55", "0").replace("General Labor", "")
    text = ACCESS + place + skill
    assert load(written(tmp_path, text), {}).wonolo.write is False
    gaps = ["places 'Hub' has no address", "places 'Hub' has no city"]
    gaps += ["skills 'Picker' has no category", "skills 'Picker' has no hourly_rate"]
    told = problems(tmp_path, text.replace("[wonolo]", "[wonolo]\nwrite = true"))
    assert told == [f"wonolo.write: is switched on, but {gap}" for gap in gaps]
    ready = ACCESS.replace("[wonolo]", "[wonolo]\nwrite = true") + SKILL
    assert load(written(tmp_path, ready), {}).wonolo.write is True


@pytest.mark.parametrize(("url"), ["mysql://h/d", "sqlite://", "shiftbridge.db"])
def test_an_unsupported_database_is_refused(tmp_path: Path, url: str) -> None:
    """The address may hold a password, so it is not repeated."""
    assert problems(tmp_path, f'{ACCESS}[database]\nurl = "{url}"\n') == [
        "database.url: must be sqlite:///path/to/file.db or postgresql://user:password@host/name"
    ]


def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    """Missing, a folder, no text, no TOML."""
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    (tmp_path / "bad.toml").write_text("name = \n")
    cases = {
        "none.toml": "there is no such file; write one with `shiftbridge init`, or name another with --config",
        ".": "cannot be read: Is a directory",
        "bytes.toml": "is not text in UTF-8; save it as that",
        "bad.toml": "is not TOML: Invalid value (at line 1, column 8)",
    }
    for name, said in cases.items():
        with pytest.raises(ConfigError) as error:
            load(tmp_path / name, {})
        assert error.value.problems == [f"{tmp_path / name}: {said}"]


PLACE = """
[[places]]
name = "{}"
location_id = {}
address = "{}"
city = "Reno"
zip = "{}"
zone = "UTC"
{}
"""


@pytest.mark.parametrize(
    "other",
    [
        ("Annex", 2, "1 Pier Rd.", "02134-1234", 'venue = "Hub"'),
        ("Annex", 2, "9 Rail St", "02134", 'venue = "HUB"\nalso = ["One Pier Road"]'),
        ("Annex", 2, "1 PIER ROAD", "2134", 'also = ["Hub"]'),
    ],
)
def test_two_places_that_no_request_can_be_told_apart_by_are_refused(tmp_path: Path, other: tuple[Any, ...]) -> None:
    """Both are named, however they are spelled; a venue of its own is enough."""
    text = ACCESS + PLACE.format("Hub", 1, "1 Pier Road", "02134", "") + PLACE.format(*other)
    [problem] = problems(tmp_path, text)
    assert re.fullmatch(
        r"places: '(Hub|Annex)' and '(Hub|Annex)' share the address '.*', and no venue tells them apart; give each a "
        r"venue of its own, as requests have it",
        problem,
    )
    told = re.sub(r'(?i)"hub"(?=\nalso)|(?<=also = \[)"Hub"|(?<=venue = )"Hub"', '"Annex"', text)
    assert [row.name for row in load(written(tmp_path, told), {}).places] == ["Hub", "Annex"]


def test_places_that_are_still_to_be_filled_in_do_not_clash(tmp_path: Path) -> None:
    """A place without an address is no spelling of another."""
    text = ACCESS + PLACE.format("Hub", 1, "", "", "") + PLACE.format("Annex", 2, " ", "", 'venue = "Hub"')
    assert len(load(written(tmp_path, text), {}).places) == 2


SECOND = SKILL.replace("Picker", "Packer").replace("33", "34")


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (SECOND, "the description"),
        (SECOND.replace("Pick.", "Pack.") + 'words = ["PICKER"]\n', "the word 'picker'"),
    ],
)
def test_two_skills_that_no_request_can_be_told_apart_by_are_refused(tmp_path: Path, other: str, shared: str) -> None:
    """Both are named; another category, or descriptions and words of their own, are enough."""
    [problem] = problems(tmp_path, ACCESS + SKILL + other)
    told = (
        f"skills: 'Picker' and 'Packer' share the category 'General Labor' and {shared}, so that no request tells which"
    )
    assert problem == f"{told}; give each a description, and `words`, of its own"
    assert len(load(written(tmp_path, ACCESS + SKILL + other.replace("General", "Other")), {}).skills) == 2


def test_an_upgrade_looks_at_the_same_work_as_before(tmp_path: Path) -> None:
    """Lists that nobody filled are no other scope, what stands in them is."""
    text = ACCESS + SKILL + PLACE.format("Hub", 1, "1 Pier Road", "02134", "{}")
    empty, filled = (load(written(tmp_path, text.format(also)), {}).looked_at for also in ("", 'also = ["Pier"]'))
    assert {"also", "words"} & {*empty["place Hub"], *empty["skill Picker"]} == set()
    assert filled["place Hub"] == empty["place Hub"] | {"also": ["Pier"]}


def test_a_written_configuration_reads_back_as_it_was() -> None:
    """Quotes, files of secrets and empty lists survive; what is not known stands in a comment."""
    values: dict[str, Any] = {
        "wonolo": {"api_key": 'a "quoted" key', "secret_key_file": "sk.txt", "write": True},
        "skills": [EXAMPLE["skills"][0] | {"badges": [], "words": []}],
    }
    text = commented(values)
    read = tomllib.loads(text)
    assert (read["wonolo"]["api_key"], read["wonolo"]["secret_key_file"]) == ('a "quoted" key', "sk.txt")
    assert (read["wonolo"]["write"], read["wheniwork"]["write"]) == (True, False)
    assert "# password =\n" in text
    assert read["skills"] == [values["skills"][0] | {"classification": "1099"}]


def test_a_configuration_file_is_its_owners_and_never_overwritten_by_mistake(tmp_path: Path) -> None:
    """It may hold secrets, and somebody's work."""
    path = tmp_path / "shiftbridge.toml"
    write_file(path, "first")
    with pytest.raises(ConfigError, match=r"is there already; .* --force"):
        write_file(path, "second")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("first", 0o600)
    write_file(path, "second", overwrite=True)
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == ("second", ["shiftbridge.toml"])


def test_a_configuration_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """The folder is not there, or the name is a folder's."""
    with pytest.raises(ConfigError, match="cannot be written: No such file or directory"):
        write_file(tmp_path / "none" / "shiftbridge.toml", "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written: Is a directory"):
        write_file(tmp_path / "folder", "text", overwrite=True)
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


if __name__ == "__main__":
    (ROOT / "config.example.toml").write_text(commented(EXAMPLE), encoding="utf-8")
