"""Messages to the service manager (sd_notify): ready, reloading, stopping, and that the loop still turns."""

import asyncio
import os
import socket
import time


def notify(*lines: str) -> None:
    """Send lines such as `READY=1` to the service manager, where one listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.sendall("\n".join(lines).encode())


def reloading() -> None:
    """Say that the configuration is being read anew; `READY=1` must follow."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


async def keep_watchdog() -> None:
    """Say that the loop turns, twice as often as the service manager wants to hear it; ends where it does not."""
    microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
    while microseconds:
        notify("WATCHDOG=1")
        await asyncio.sleep(microseconds / 2_000_000)
