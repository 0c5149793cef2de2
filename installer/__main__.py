"""``python3 installer VERB``.

This file and ``interpreter.py`` keep to the syntax of Python 3.6: an old Python has to get far
enough to say what to do, or to hand over to a newer one.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# `python3 installer` puts this folder first on the path, where `installer` itself is not found.
sys.path[0] = ROOT

from installer import interpreter  # noqa: E402


def main() -> int:
    unsuited = interpreter.hand_over(sys.argv[1:])
    if unsuited:
        sys.stderr.write(unsuited + "\n")
        return 2
    from installer import verbs

    return verbs.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
