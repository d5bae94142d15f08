"""A wall clock that jumps under a process: a few lines of C that are loaded before the system's library.

The monotonic clock goes on as it is, as it does on a machine whose time somebody sets.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static volatile int64_t *offset;

__attribute__((constructor)) static void attach(void) {
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    offset = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && clock == CLOCK_REALTIME && offset) now->tv_sec += *offset;
    return failed;
}
"""


@dataclass(frozen=True)
class JumpingClock:
    """A clock that is some seconds off; processes that run with `environ` go by it."""

    environ: Mapping[str, str]
    _offset: Path

    def jump_to(self, seconds: int) -> None:
        """Let the clock be so many seconds ahead of the machine's, at once; negative: behind."""
        with self._offset.open("r+b") as file, mmap.mmap(file.fileno(), 8) as shared:
            shared[:] = struct.pack("=q", seconds)


def jumping_clock(folder: Path) -> JumpingClock:
    """Return a clock that is right until it jumps; skips the test where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("a clock that jumps needs a C compiler")
    source, library, offset = folder / "clock.c", folder / "clock.so", folder / "clock-offset"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    offset.write_bytes(bytes(8))
    return JumpingClock({"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}, offset)
