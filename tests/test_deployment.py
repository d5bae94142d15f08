"""A folder of pairs: what they share, whose each variable of the environment is, and what is said about a bad one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.authority import make_certificates
from sync.clock import SystemClock
from sync.config import Deployment, load_deployment, load_deployment_leniently
from sync.config.daemon import DaemonSection
from sync.errors import ConfigError

PAIR = """
[wonolo]
api_key = "pk"
secret_key = "sk"
[wheniwork]
key = "dev"
email = "manager@company.example"
password = "secret"
"""
SECRET = "SHIFTBRIDGE_PAIR_{}__WONOLO__SECRET_KEY"


def folder(path: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a folder, the accounts of each pair its own; without a shared file an empty one."""
    (path / "pairs").mkdir()
    for name, text in {"shiftbridge.toml": "", **files}.items():
        (path / name).write_text(text.replace('api_key = "pk"', f'api_key = "pk {name}"'), encoding="utf-8")
    return path


def problems(path: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    """Everything said about a bad folder, which stands there as `DIR`."""
    with pytest.raises(ConfigError) as error:
        load_deployment(path, environ or {})
    return [problem.replace(str(path), "DIR") for problem in error.value.problems]


def secrets(found: Deployment) -> dict[str, str]:
    """The secret key of each pair."""
    return {name: config.wonolo.secret_key.get_secret_value() for name, config in found.pairs.items()}


def test_a_file_is_a_deployment_of_one_pair(tmp_path: Path) -> None:
    """Its name may be anything, as it always could."""
    path = tmp_path / "one.toml"
    path.write_text(f'name = "North & South"\n{PAIR}[daemon]\nstale_after = 5\n')
    found = load_deployment(path, {})
    config = found.pairs["North & South"]
    assert found == Deployment(path, config.daemon, config.database, {config.name: config}, {config.name: path})
    assert (found.daemon.stale_after, found.database.url) == (5, f"sqlite:///{tmp_path}/shiftbridge.db")
    assert load_deployment_leniently(path, {}) == (found, {})


def test_a_pair_of_a_folder_is_not_read_as_a_file_of_its_own(tmp_path: Path) -> None:
    """It would have a database of its own, and make anew what its daemon has made."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "shiftbridge.toml").touch()
    path = tmp_path / "pairs" / "north.toml"
    path.write_text(PAIR)
    for loading in (load_deployment, load_deployment_leniently):
        with pytest.raises(ConfigError, match=r"is a pair of the folder .*; use --config .* and --pair with its name"):
            loading(path, {})


def test_the_pairs_of_a_folder_have_its_database_and_daemon(tmp_path: Path) -> None:
    """In the order of their names, which are those of their files unless they say otherwise."""
    shared = '[database]\nurl = "sqlite:///all.db"\n[daemon]\nlisten = "127.0.0.1:0"\n'
    files = {"pairs/b.toml": PAIR, "pairs/c.toml": f'name = "a.1"\n{PAIR}', "pairs/.b.toml": "being written"}
    path = folder(tmp_path, {"shiftbridge.toml": shared, **files})
    found = load_deployment(path, {})
    assert list(found.pairs) == ["a.1", "b"]
    assert found.files == {"a.1": path / "pairs/c.toml", "b": path / "pairs/b.toml"}
    for name, config in found.pairs.items():
        assert (config.name, config.database, config.daemon) == (name, found.database, found.daemon)
    assert (found.path, found.database.url) == (path, f"sqlite:///{path}/all.db")
    assert found.daemon == DaemonSection(listen="127.0.0.1:0")


def test_a_pair_may_be_connected_otherwise_than_the_others(tmp_path: Path) -> None:
    """Paths are seen from the file they stand in; an empty option is as one that is left out."""
    for place in (tmp_path, tmp_path / "apart"):
        place.mkdir(exist_ok=True)
        make_certificates(place, SystemClock().now()).authority.rename(place / "own.pem")
    files = {
        "shiftbridge.toml": '[connection]\nca_file = "own.pem"\n',
        "pairs/a.toml": f'{PAIR}[connection]\nca_file = "../apart/own.pem"\n',
        "pairs/b.toml": f'{PAIR}[connection]\nca_file = ""\n',
        "pairs/c.toml": PAIR,
    }
    path = folder(tmp_path, files)
    assert {name: config.connection.ca_file for name, config in load_deployment(path, {}).pairs.items()} == {
        "a": f"{path}/pairs/../apart/own.pem",
        "b": f"{path}/own.pem",
        "c": f"{path}/own.pem",
    }


def test_pairs_that_name_the_same_accounts_are_refused(tmp_path: Path) -> None:
    """Both would write everything. One company may have several accounts of When I Work, or the other way round."""
    ids = {"a": 1, "b": 2, "c": 1}
    files = {f"pairs/{name}.toml": f"{PAIR}account_id = {number}\n" for name, number in ids.items()}
    path = folder(tmp_path, {"pairs/d.toml": f"{PAIR}account_id = 1\n"})
    for name, text in files.items():
        (path / name).write_text(text)
    said = (
        "DIR/pairs/a.toml and DIR/pairs/c.toml: both name the same two accounts, so each would write all; take one out"
    )
    assert problems(path) == [said]
    found, wrong = load_deployment_leniently(path, {})
    assert (list(found.pairs), list(wrong)) == (["b", "d"], ["a", "c"])


def test_secrets_may_lie_beside_the_files_of_the_pairs(tmp_path: Path) -> None:
    """They are seen from the pair's own folder."""
    text = PAIR.replace('secret_key = "sk"', 'secret_key_file = "a.key"')
    assert secrets(load_deployment(folder(tmp_path, {"pairs/a.toml": text, "pairs/a.key": "kept apart\n"}), {})) == {
        "a": "kept apart"
    }


def test_everything_wrong_in_all_files_is_said_at_once(tmp_path: Path) -> None:
    """What is shared and stands with a pair, what is a pair's and is shared, names, and each file's own mistakes."""
    files = {
        "shiftbridge.toml": 'name = "all"\nhorizon_days = 3\n[databse]\n[daemon]\nlisten = "8026"\n[wonolo]\n',
        "pairs/broken.toml": "[wonolo",
        "pairs/east.toml": f"{PAIR}[database]\nkeep_days = 1\n[daemon]\n",
        "pairs/first.toml": f'name = "south"\n{PAIR}',
        "pairs/north.toml": PAIR.replace('secret_key = "sk"', "per_second = 0"),
        "pairs/second.toml": f'name = "south"\n{PAIR}',
        "pairs/the west.toml": PAIR,
        "pairs/typed.toml": f"name = 3\n{PAIR}",
        "pairs/up.toml": f'name = ".."\n{PAIR}',
    }
    secret = "set it under [wonolo], in $SHIFTBRIDGE_PAIR_NORTH__WONOLO__SECRET_KEY, or name a file in secret_key_file"
    fit = "must fit addresses and file names: letters, digits, -, _ and . alone"
    assert problems(folder(tmp_path, files)) == [
        "DIR/shiftbridge.toml: name: belongs in the file of a pair, in DIR/pairs",
        "DIR/shiftbridge.toml: wonolo: belongs in the file of a pair, in DIR/pairs",
        "DIR/shiftbridge.toml: daemon.listen: must be host:port, as '127.0.0.1:8026' or '[::1]:8026'; it is '8026'",
        "DIR/shiftbridge.toml: horizon_days: there is no such option here; there is one under [sync]",
        "DIR/shiftbridge.toml: databse: there is no such option; did you mean database?",
        f"DIR/pairs/up.toml: name: '..' {fit}",
        "DIR/pairs/broken.toml: is not TOML: Expected ']' at the end of a table declaration (at end of document)",
        "DIR/pairs/east.toml: database: belongs in DIR/shiftbridge.toml, as all pairs share it",
        "DIR/pairs/east.toml: daemon: belongs in DIR/shiftbridge.toml, as all pairs share it",
        "DIR/pairs/north.toml: wonolo.per_second: must be greater than 0",
        f"DIR/pairs/north.toml: wonolo.secret_key: is missing; {secret}",
        "DIR/pairs/first.toml and DIR/pairs/second.toml: both name their pair 'south'; rename one of them",
        f"DIR/pairs/the west.toml: name: 'the west' {fit}",
        "DIR/pairs/typed.toml: name: must be text, in quotes",
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ["DIR: holds no pairs; put a file for each into DIR/pairs, or name one with --config"]),
        (
            {"shiftbridge.toml": PAIR},
            [
                "DIR/shiftbridge.toml: wonolo: belongs in the file of a pair, in DIR/pairs",
                "DIR/shiftbridge.toml: wheniwork: belongs in the file of a pair, in DIR/pairs",
                "DIR: holds no pairs; put a file for each into DIR/pairs, or name one with --config",
            ],
        ),
        (
            {"shiftbridge.toml": "daemon"},
            [
                "DIR/shiftbridge.toml: is not TOML: Expected '=' after a key in a key/value pair (at end of document)",
                "DIR: holds no pairs; put a file for each into DIR/pairs, or name one with --config",
            ],
        ),
    ],
)
def test_a_folder_that_is_no_deployment_is_said_to_be(
    tmp_path: Path, files: Mapping[str, str], said: list[str]
) -> None:
    """Nothing in it, the file of one pair, or no TOML; none of them is used, however lenient the reader is."""
    path = folder(tmp_path, files)
    assert problems(path) == said
    with pytest.raises(ConfigError):
        load_deployment_leniently(path, {})


def test_a_folder_without_its_shared_file_is_said_to_be(tmp_path: Path) -> None:
    """Where the database is may not be left to chance."""
    path = folder(tmp_path, {"pairs/a.toml": PAIR})
    (path / "shiftbridge.toml").unlink()
    assert problems(path) == [
        "DIR: holds no shiftbridge.toml; write one with the [database] and [daemon] of all pairs; it may be empty"
    ]


def test_the_environment_sets_what_is_shared_and_what_is_one_pairs(tmp_path: Path) -> None:
    """Names in capitals, all but letters and digits as `_`; other names and empty values are left alone."""
    names = ("north", "north-1", "north.1__sync")
    path = folder(tmp_path, {f"pairs/{name}.toml": PAIR for name in names})
    environ = {
        "SHIFTBRIDGE_DATABASE__URL": "postgresql://u:p@h/d",
        "SHIFTBRIDGE_DAEMON__POLL__SOON": "5",
        SECRET.format("NORTH_1"): "one",
        SECRET.format("NORTH_1__SYNC"): "longest",
        "SHIFTBRIDGE_PAIR_NORTH_1__SYNC__HORIZON_DAYS": "7",
        SECRET.format("NORTH"): "",
        "SHIFTBRIDGE_PAIR": "north",
        "SHIFTBRIDGE_PORT": "tcp://10.0.0.1:80",
        "SHIFTBRIDGE_PAIR_NORTH_PORT": "tcp://10.0.0.2:80",
    }
    found = load_deployment(path, environ)
    assert secrets(found) == {"north": "sk", "north-1": "one", "north.1__sync": "longest"}
    assert {name: config.sync.horizon_days for name, config in found.pairs.items()} == {
        "north": 14,
        "north-1": 7,  # no option of north.1__sync is called so
        "north.1__sync": 14,
    }
    assert (found.database.url, found.daemon.poll.soon) == ("postgresql+psycopg://u:p@h/d", 5)


def test_plain_variables_are_for_the_single_pair_of_a_folder(tmp_path: Path) -> None:
    """Its own variables are over them."""
    path = folder(tmp_path, {"pairs/north.toml": PAIR})
    environ = {"SHIFTBRIDGE_WONOLO__SECRET_KEY": "plain", "SHIFTBRIDGE_SYNC__HORIZON_DAYS": "7"}
    assert secrets(load_deployment(path, environ)) == {"north": "plain"}
    found = load_deployment(path, {SECRET.format("NORTH"): "own", **environ})
    assert (secrets(found), found.pairs["north"].sync.horizon_days) == ({"north": "own"}, 7)


def test_a_variable_that_would_be_for_all_pairs_is_refused(tmp_path: Path) -> None:
    """One key for two companies is never meant, and to leave it out would say that another key is missing."""
    path = folder(tmp_path, {"pairs/north.toml": PAIR, "pairs/south.toml": PAIR})
    said = (
        "$SHIFTBRIDGE_WONOLO__SECRET_KEY: would set it for every pair; "
        "for the one called NAME, set $SHIFTBRIDGE_PAIR_NAME__WONOLO__SECRET_KEY"
    )
    assert problems(path, {"SHIFTBRIDGE_WONOLO__SECRET_KEY": "plain"}) == [said]
    with pytest.raises(ConfigError):
        load_deployment_leniently(path, {"SHIFTBRIDGE_WONOLO__SECRET_KEY": "plain"})


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    """Whether it is what all share, one pair's, or nobody's."""
    path = folder(tmp_path, {f"pairs/{name}.toml": PAIR for name in ("a-b", "a.b", "north", "south")})
    environ = {
        "SHIFTBRIDGE_DAEMON__STALE_AFTER": "soon",
        "SHIFTBRIDGE_DATABSE__URL": "sqlite:///a.db",
        "SHIFTBRIDGE_PAIR_A_B__SYNC__HORIZON_DAYS": "7",
        "SHIFTBRIDGE_PAIR_NORHT__WONOLO__WRITE": "true",
        "SHIFTBRIDGE_PAIR_NORTH__DATABASE__URL": "sqlite:///b.db",
        "SHIFTBRIDGE_PAIR_NORTH__SYNC__HORIZN": "7",
        "SHIFTBRIDGE_PAIR_NORTH__WRITE": "true",
        "SHIFTBRIDGE_PAIR_SOUTH__SYNC__HORIZON_DAYS": "a week",
        "SHIFTBRIDGE_PAIR_XYZ__WONOLO__WRITE": "true",
    }
    both = "$SHIFTBRIDGE_PAIR_A_B__SYNC__HORIZON_DAYS: may be for any of a-b, a.b; rename all but one of them"
    assert sorted(problems(path, environ)) == [
        "$SHIFTBRIDGE_DAEMON__STALE_AFTER: must be a number",
        "$SHIFTBRIDGE_DATABSE: there is no such option; did you mean database?",
        both,
        "$SHIFTBRIDGE_PAIR_NORHT__WONOLO__WRITE: there is no such pair; did you mean NORTH?",
        "$SHIFTBRIDGE_PAIR_NORTH__DATABASE__URL: belongs in DIR/shiftbridge.toml, as all pairs share it",
        "$SHIFTBRIDGE_PAIR_NORTH__SYNC__HORIZN: there is no such option; did you mean horizon_days?",
        "$SHIFTBRIDGE_PAIR_NORTH__WRITE: must name a section and an option, as $SHIFTBRIDGE_PAIR_NORTH__WONOLO__WRITE",
        "$SHIFTBRIDGE_PAIR_SOUTH__SYNC__HORIZON_DAYS: must be a whole number",
        "$SHIFTBRIDGE_PAIR_XYZ__WONOLO__WRITE: there is no such pair; there are A_B, NORTH, SOUTH",
    ]


def test_a_running_daemon_goes_on_with_the_pairs_that_can_be_used(tmp_path: Path) -> None:
    """Each of the others is named, by its file where that is no TOML, and so is a variable of a pair that is gone."""
    files = {
        "pairs/bad.toml": "[wonolo",
        "pairs/east.toml": f"{PAIR}[sync]\nhorizon_days = 0\n",
        "pairs/one.toml": f'name = "twice"\n{PAIR}',
        "pairs/two.toml": f'name = "twice"\n{PAIR}',
        "pairs/west.toml": PAIR,
    }
    path = folder(tmp_path, files)
    environ = {SECRET.format("WEST"): "own", SECRET.format("GONE"): "left over"}
    found, wrong = load_deployment_leniently(path, environ)
    assert (secrets(found), found.files) == ({"west": "own"}, {"west": path / "pairs/west.toml"})
    said = {name: [line.replace(str(path), "DIR") for line in error.problems] for name, error in wrong.items()}
    assert said == {
        "bad": ["DIR/pairs/bad.toml: is not TOML: Expected ']' at the end of a table declaration (at end of document)"],
        "east": ["DIR/pairs/east.toml: sync.horizon_days: must be greater than or equal to 1"],
        "twice": ["DIR/pairs/one.toml and DIR/pairs/two.toml: both name their pair 'twice'; rename one of them"],
    }
    (path / "pairs/bad.toml").unlink()
    found, wrong = load_deployment_leniently(path, environ)
    assert (list(found.pairs), sorted(wrong)) == (["west"], ["east", "gone", "twice"])


def test_not_even_a_lenient_reader_uses_what_is_wrong_for_all(tmp_path: Path) -> None:
    """A mistake in the shared file is everybody's, and a folder without one usable pair is no deployment."""
    path = folder(
        tmp_path, {"shiftbridge.toml": "[daemon]\nstale_after = 0\n", "pairs/a.toml": PAIR, "pairs/b.toml": ""}
    )
    with pytest.raises(ConfigError) as shared:
        load_deployment_leniently(path, {})
    assert shared.value.problems[0] == f"{path}/shiftbridge.toml: daemon.stale_after: must be greater than 0"
    (path / "shiftbridge.toml").write_text("")
    (path / "pairs/a.toml").write_text("")
    with pytest.raises(ConfigError) as each:
        load_deployment_leniently(path, {})
    assert {problem.partition(": ")[0] for problem in each.value.problems} == {
        f"{path}/pairs/a.toml",
        f"{path}/pairs/b.toml",
    }
