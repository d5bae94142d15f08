"""Whose the variables of the environment are, where one folder holds several pairs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from sync.config.loading import PREFIX, Layer
from sync.config.model import Config

SHARED = ("database", "daemon", "connection")
"""The tables that all pairs of a folder share."""

_PAIR = f"{PREFIX}PAIR_"

Problems = dict[str, list[str]]


def prefix_of(pair: str) -> str:
    """The beginning of the variables that set the options of one pair: its name in capitals, all else as `_`."""
    return f"{_PAIR}{re.sub('[^A-Z0-9]', '_', pair.upper())}__"


@dataclass
class Variables:
    """Variables by whom they are for, and what is wrong with the others: with all of them, or by the pair's name."""

    shared: dict[str, str] = field(default_factory=dict)
    each: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    wrong: Problems = field(default_factory=dict)

    def layers(self, pair: str) -> tuple[Layer, Layer]:
        """Return what the environment sets for a pair, the pair's own variables over the plain ones."""
        prefix = prefix_of(pair)
        return (PREFIX, self.each), (prefix, self.own.get(prefix, {}))


def sorted_out(environ: Mapping[str, str], pairs: Sequence[str], *, complete: bool) -> Variables:
    """Sort variables out by the pairs they are for; `complete` is false where some names in `pairs` are guesses.

    With a single pair, plain variables such as `SHIFTBRIDGE_WONOLO__SECRET_KEY` are for it.
    """
    found = Variables()
    names: dict[str, list[str]] = {}
    for pair in pairs:
        names.setdefault(prefix_of(pair), []).append(pair)
    ours = {name.upper(): value for name, value in environ.items() if name.startswith(PREFIX) and "__" in name}
    for name, value in ours.items():
        if not value:
            continue
        if name.startswith(_PAIR):
            _give(name, value, names, found, complete=complete)
        else:
            _give_plain(name, value, found, single=len(pairs) == 1)
    return found


def _give(name: str, value: str, names: Mapping[str, list[str]], found: Variables, *, complete: bool) -> None:
    """Give a variable to the pair with the longest name that leaves a section and an option."""
    ends = (end for end in range(len(name), 0, -1) if "__" in name[end:])
    prefix = next((name[:end] for end in ends if name[:end] in names), "")
    pairs = sorted(set(names.get(prefix, ())))
    if not pairs and complete:
        meant = name.removeprefix(_PAIR).partition("__")[0]
        for pair in names.get(f"{_PAIR}{meant}__", [meant.lower()]):
            found.wrong.setdefault(pair, []).append(f"${name}: {_hint(meant, names)}")
    elif len(pairs) > 1:
        for pair in pairs:
            words = f"${name}: may be for any of {', '.join(pairs)}; rename all but one of them"
            found.wrong.setdefault(pair, []).append(words)
    elif pairs:
        found.own.setdefault(prefix, {})[name] = value


def _hint(meant: str, names: Mapping[str, list[str]]) -> str:
    known = sorted(prefix.removeprefix(_PAIR).removesuffix("__") for prefix in names)
    if meant in known:
        return f"must name a section and an option, as ${_PAIR}{meant}__WONOLO__WRITE"
    near = get_close_matches(meant, known, 1)
    return "there is no such pair; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")


def _give_plain(name: str, value: str, found: Variables, *, single: bool) -> None:
    section, _, option = name.removeprefix(PREFIX).partition("__")
    if section.lower() in SHARED or section.lower() not in Config.model_fields:
        found.shared[name] = value
    elif single:
        found.each[name] = value
    else:
        meant = f"{_PAIR}NAME__{section}__{option}"
        found.unclear.append(f"${name}: would set it for every pair; for the one called NAME, set ${meant}")
