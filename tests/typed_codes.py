"""Employee codes as people type them, each with the key of the worker that it names; empty where it names none."""
# ruff: noqa: RUF001 - signs that look like others are what is tested

from __future__ import annotations

from typing import Any

CODES: list[tuple[Any, str]] = [
    ("wonolo:7", "wonolo:7"),
    ("Wonolo:1015", "wonolo:1015"),
    (" WONOLO : 1015\n", "wonolo:1015"),
    ("wonolo:\u200b1015\ufeff", "wonolo:1015"),
    ("ｗｏｎｏｌｏ：１０１５", "wonolo:1015"),
    ("wonolo:\u0661\u0662", "wonolo:12"),
    ("wonolo:0012", "wonolo:12"),
    ("wonolo:101²", ""),
    ("wonolo:①", ""),
    ("wonolo:½", ""),
    ("wonolo:0", ""),
    ("wonolo:-7", ""),
    ("wonolo:7.0", ""),
    ("wonolo:1_000", ""),
    (f"wonolo:{2**63 - 1}", f"wonolo:{2**63 - 1}"),
    (f"wonolo:{2**63}", ""),
    (f"wonolo:{'9' * 5000}", ""),
    ("wonolo 7", ""),
    ("wonolo:", ""),
    ("E-7", ""),
    ("", ""),
    (None, ""),
    (7, ""),
]
