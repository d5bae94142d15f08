"""How much memory this process holds."""

from __future__ import annotations

from pathlib import Path


def memory(name: str) -> float:
    """MB held now (`VmRSS`) or at most ever (`VmHWM`)."""
    # Not getrusage: its peak begins with that of the process which started this one.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no {name} in /proc/self/status")
