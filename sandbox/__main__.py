"""`python -m sandbox`: serve a world until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sandbox.authority import Certificates, make_certificates
from sandbox.clock import VirtualClock
from sandbox.serve import Server, end_on_signals, exports
from sandbox.world import Beginning, World


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, serve, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        beginning = Beginning(options.seed, options.demands, options.posted, options.filled, options.start)
    except ValueError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        certificates = make_certificates(Path(folder), VirtualClock().now()) if options.tls else None
        return _serve(World(beginning), options.port, certificates)


def _serve(world: World, port: int, certificates: Certificates | None) -> int:
    try:
        server = Server(world, port, certificates)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {error.strerror}\n")
        return 1
    end_on_signals()
    with contextlib.suppress(KeyboardInterrupt), server:
        sys.stdout.write(f"The sandbox listens on {server.url}\n")
        if certificates is not None:
            sys.stdout.write(f"Until it ends, its authority is {certificates.authority}\n")
            sys.stdout.write(f"For programs with the real hosts built in:\n  {exports(server.environment)}\n")
        sys.stdout.flush()
        server.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Wonolo and When I Work as one local server."
    )
    parser.add_argument("--port", type=int, default=8025, help="port on 127.0.0.1; 0 takes a free one (default 8025)")
    parser.add_argument("--seed", type=int, default=1, help="decides every random choice (default 1)")
    parser.add_argument("--demands", type=int, default=12, help="OpenShift stacks in When I Work (default 12)")
    parser.add_argument(
        "--posted", type=float, default=0.0, help="JobRequests on Wonolo alone, as a share of --demands"
    )
    parser.add_argument(
        "--filled", type=float, default=0.0, help="share of these JobRequests whose every slot a worker has accepted"
    )
    parser.add_argument(
        "--start", type=_instant, help="ISO instant with offset at which the clock stands until advanced"
    )
    parser.add_argument(
        "--tls", action="store_true", help="serve https with a throw-away authority, whose file it prints"
    )
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("the instant needs an offset, as 2026-03-02T08:00:00-06:00")
    return instant


if __name__ == "__main__":
    sys.exit(main())
