"""The part of a configuration with mistakes that the doctor can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.config.salvage import salvage

ACCESS = """
[wonolo]
api_key = "pk"
secret_key = "sk"
write = true
[wheniwork]
key = "dev"
email = "manager@company.example"
password = "secret"
"""
PLACE = """
[[places]]
name = "{}"
location_id = {}
address = "1 A St"
city = "Reno"
zip = "89501"
zone = "{}"
"""
SKILL = """
[[skills]]
name = "{}"
position_id = {}
category = "General Labor"
description = "{}"
hourly_rate = {}
"""
GOOD = PLACE.format("Hub", 1, "UTC") + SKILL.format("Picker", 33, "Pick.", 18)

MISTAKES = [
    ("gard = 3\n[sync]\nhorizon_days = -1\nweek_starts = 'friday'\n", ["Hub"], ["Picker"], True),
    (PLACE.format("Hall", 2, "Mars") * 11 + PLACE.format("Yard", 3, "UTC"), ["Hub", "Yard"], ["Picker"], False),
    (PLACE.format("Hall", 1, "UTC"), [], ["Picker"], False),
    (SKILL.format("Packer", 34, "Pick.", 18), ["Hub"], [], False),
    (SKILL.format("Packer", 34, "Pack.", "'x'"), ["Hub"], ["Picker"], False),
]


@pytest.mark.parametrize(("text", "places", "skills", "whole"), MISTAKES)
def test_what_is_right_is_left(tmp_path: Path, text: str, places: list[str], skills: list[str], whole: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Options, entries and lists go one by one, and the database stays where it is."""
    path = tmp_path / "shiftbridge.toml"
    head, tables = (text, "") if text.startswith("gard") else ("", text)
    path.write_text(head.partition("[")[0] + ACCESS + GOOD + tables + "".join(head.partition("[")[1:]))
    found = salvage(path, {})
    assert found is not None
    assert [row.name for row in found.config.places] == places
    assert [row.name for row in found.config.skills] == skills
    assert (found.whole, found.gaps, found.config.sync.horizon_days) == (whole, (), 14)
    assert found.config.database.url == f"sqlite:///{tmp_path / 'shiftbridge.db'}"


def test_what_is_to_be_filled_in_shows_once_the_rest_is_right(tmp_path: Path) -> None:
    """And writing is off."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text("gard = 3\n" + ACCESS + GOOD + SKILL.format("Packer", 34, "Pack.", 0))
    found = salvage(path, {})
    assert found is not None
    assert found.gaps == ("wonolo.write: is switched on, but skills 'Packer' has no hourly_rate",)
    assert (found.whole, found.config.wonolo.write) == (True, False)


@pytest.mark.parametrize("text", ["", "no toml", ACCESS.replace('key = "dev"', ""), ACCESS + "api_key_file = 'x'"])
def test_without_access_nothing_can_be_looked_at(tmp_path: Path, text: str) -> None:
    """Nor without a file."""
    path = tmp_path / "shiftbridge.toml"
    path.write_text(text)
    assert salvage(path, {}) is None
    assert salvage(tmp_path / "none.toml", {}) is None


def test_a_pair_of_a_folder_is_read_with_what_all_share(tmp_path: Path) -> None:
    """Only the one that is named, or the only one there is."""
    (tmp_path / "shiftbridge.toml").write_text('[database]\nurl = "sqlite:///all.db"\n')
    (tmp_path / "pairs").mkdir()
    for name in ("north", "south"):
        (tmp_path / "pairs" / f"{name}.toml").write_text(ACCESS + GOOD + "[gard]\n")
    found = salvage(tmp_path, {"SHIFTBRIDGE_PAIR_SOUTH__WONOLO__WRITE": "false"}, "south")
    assert found is not None
    assert (found.config.name, found.file, found.config.wonolo.write) == (
        "south",
        tmp_path / "pairs" / "south.toml",
        False,
    )
    assert found.config.database.url == f"sqlite:///{tmp_path / 'all.db'}"
    assert [salvage(tmp_path, {}, name) for name in ("", "west")] == [None, None]
    (tmp_path / "pairs" / "north.toml").unlink()
    only = salvage(tmp_path, {})
    assert only is not None
    assert only.config.name == "south"
