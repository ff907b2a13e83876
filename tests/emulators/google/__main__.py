"""Run the emulator: `python -m tests.emulators.google --port 8765`; Ctrl-C ends it."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.emulators.google.server import GoogleEmulator


def main() -> None:
    """Listen until Ctrl-C or SIGTERM; print the base URL once the port is open."""
    options = _options()
    end = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: end.set())
    with GoogleEmulator(
        port=options.port,
        seed=options.seed,
        latency=options.latency,
        quota=options.quota,
        fault_rate=options.faults,
    ) as google:
        google.world.version_lag = options.lag
        print(google.url, flush=True)  # noqa: T201 - whoever started it reads this line
        end.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.google", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same ids and faults")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--lag", type=float, default=0.0, help="seconds by which Drive's version is behind")
    parser.add_argument("--quota", action="store_true", help="hold Google's limits per minute")
    parser.add_argument("--faults", type=float, default=0.0, help="share of calls that meet a chance fault")
    return parser.parse_args()


if __name__ == "__main__":
    main()
