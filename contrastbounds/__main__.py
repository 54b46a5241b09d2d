"""``contrastbounds`` and ``python -m contrastbounds``."""

import io
import os
import sys

from contrastbounds.cli.app import run

BROKEN_PIPE = 141  # what a shell reports for a writer whose reader has left


def main() -> None:
    """Run the command line and exit with its status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a mark may be missing in a terminal's encoding
    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more on its way out, and would complain about the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = BROKEN_PIPE
    raise SystemExit(status)


if __name__ == "__main__":
    main()
