"""``velatura``: the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Ends the process with the command's exit status."""
    try:
        # Inside: an interrupt while all this is loaded ends as quietly as a later one.
        import logging

        from .dispatch import run

        # Without a handler of our own, warnings would reach standard error past the one line.
        logging.getLogger().addHandler(logging.NullHandler())
        status = int(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.stderr.write("velatura: interrupted\n")
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
