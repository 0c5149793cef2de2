# pyright: standard, reportMissingModuleSource=false
"""GObject introspection for plug-ins of GIMP, in versions that all of 3.0 to 3.2 know.

The only place that asks for versions: it has to be done before the first import.
"""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
gi.require_version("Babl", "0.1")

from gi.repository import Babl, Gegl, Gimp, Gio, GLib, GObject  # noqa: E402

__all__ = ["Babl", "GLib", "GObject", "Gegl", "Gimp", "Gio"]
