"""How much memory a process holds, and how much processor time it has used."""

from __future__ import annotations

import os
from pathlib import Path


def memory(name: str, pid: int | str = "self") -> float:
    """MB held now (`VmRSS`) or at most ever (`VmHWM`)."""
    # Not getrusage: its peak begins with that of the process which started this one.
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no {name} in /proc/{pid}/status")


def cpu(pid: int) -> float:
    """Seconds of processor time of another process, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
