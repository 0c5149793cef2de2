#!/usr/bin/env python3
"""What GIMP starts: the plug-in and what it needs lie in ``packages`` beside this file.

GIMP asks every new plug-in what it can do while it starts, so that nothing is imported here that
this does not need.
"""

import sys
from pathlib import Path

# First, so that an installation of another version is not taken instead.
sys.path.insert(0, str(Path(__file__).resolve().parent / "packages"))

from velatura_plugin.host.gimp.plugin import main

main(sys.argv)
