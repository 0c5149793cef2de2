"""What Krita imports: the plug-in and what it needs lie in ``packages`` beside this file."""

import sys
from pathlib import Path

from krita import Krita

# Behind everything else: all plug-ins share one interpreter, and none of theirs is shadowed.
sys.path.append(str(Path(__file__).parent / "packages"))

from velatura_plugin.host.krita.extension import VelaturaExtension

Krita.instance().addExtension(VelaturaExtension(Krita.instance()))
