"""Shifts already printed as JSON, so that listing very many of them again costs little."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

Reader = tuple[ZoneInfo, str, str, str]
"""What a print depends on besides the shift: the reader's zone and the switches of `shift_view`."""


class Prints:
    """Prints by reader and shift id; whoever writes a shift drops its prints."""

    def __init__(self) -> None:
        self._by_reader: dict[Reader, dict[int, msgspec.Raw]] = {}

    def of(self, reader: Reader) -> dict[int, msgspec.Raw]:
        """The prints for a reader, by shift id; add to them what is printed anew."""
        return self._by_reader.setdefault(reader, {})

    def drop(self, shift_id: int) -> None:
        """Forget every print of a shift."""
        for prints in self._by_reader.values():
            prints.pop(shift_id, None)
