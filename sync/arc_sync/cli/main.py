"""Where the command `arc` begins."""

from __future__ import annotations

import sys

from arc_sync.cli.idle import at_once


def run() -> None:
    """Run `arc`; what a terminal cannot show is replaced, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = at_once(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    from arc_sync.cli.app import app

    app()


if __name__ == "__main__":
    run()
