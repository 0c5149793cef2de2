"""What Krita imports: the plug-in and what it needs lie in ``packages`` beside this file.

Nothing here may need more than the Python of an old Krita, which is to be told that it is old.
"""

import sys
from pathlib import Path

from krita import Krita

from .age import explain, is_too_old

if is_too_old(Krita.instance().version()):
    explain()
else:
    # First, so that an installation of another version is not taken instead. All plug-ins share
    # one interpreter, but none is shadowed: the folder holds our two packages and nothing else.
    sys.path.insert(0, str(Path(__file__).parent / "packages"))

    from velatura_plugin.host.krita.extension import VelaturaExtension

    Krita.instance().addExtension(VelaturaExtension(Krita.instance()))
