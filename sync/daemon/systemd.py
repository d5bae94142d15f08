"""Messages to the service manager (sd_notify): ready, reloading, stopping, and that the loop still turns."""

import asyncio
import os
import socket
import time
from collections.abc import Mapping

import structlog

_log = structlog.get_logger(__name__)


def notify(*lines: str) -> None:
    """Send lines such as `READY=1` to the service manager, where one listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            channel.sendall("\n".join(lines).encode())
    except OSError as error:
        _log.warning("service_manager_not_reached", error=error.strerror)  # no reason to end the work


def reloading() -> None:
    """Say that the configuration is being read anew; `READY=1` must follow."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_seconds(environ: Mapping[str, str]) -> float | None:
    """Return how often the service manager is to hear from this process, twice as often as it wants to; None: never."""
    microseconds, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or int(microseconds) == 0 or process not in ("", str(os.getpid())):
        return None
    return int(microseconds) / 2_000_000


async def keep_watchdog() -> None:
    """Say that the loop turns, as often as the service manager wants to hear it; ends where it does not."""
    seconds = watchdog_seconds(os.environ)
    while seconds:
        notify("WATCHDOG=1")
        await asyncio.sleep(seconds)
