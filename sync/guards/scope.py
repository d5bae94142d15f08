"""Which work a configuration looks at, and how that differs from another time."""

from collections.abc import Mapping
from typing import Any

Scope = Mapping[str, Mapping[str, Any]]
"""Options by what they belong to: `place Harbor Warehouse`, `skill Picker`, or nothing in particular (empty)."""


def scope_changes(before: Scope, after: Scope) -> tuple[str, ...]:
    """What is not as it was, in words: `place Depot was added`, `horizon_days 14 -> 28`."""
    changes = []
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            changes.append(f"{name} was {'added' if name in after else 'removed'}")
            continue
        old, new = before[name], after[name]
        lead = f"{name}: " if name else ""
        options = [option for option in sorted({*old, *new}) if old.get(option) != new.get(option)]
        changes += [f"{lead}{option} {_shown(old, option)} -> {_shown(new, option)}" for option in options]
    return tuple(changes)


def _shown(options: Mapping[str, Any], option: str) -> str:
    value = options.get(option)
    return "nothing" if value in (None, "") else str(value)
