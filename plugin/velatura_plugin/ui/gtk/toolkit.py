# pyright: standard, reportMissingModuleSource=false
"""GTK 3 by introspection.

The only place that asks for versions: it has to be done before the first import. No cairo: its
Python half is in few of the packages that GIMP comes in, and without it nothing can be drawn by
hand. All that is seen here is made of widgets, words, the theme's own icons and pixel buffers.
"""

from __future__ import annotations

import gi

gi.require_version("Atk", "1.0")
gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Pango", "1.0")

from gi.repository import Atk, Gdk, GdkPixbuf, Gio, GLib, GObject, Gtk, Pango  # noqa: E402

__all__ = ["Atk", "GLib", "GObject", "Gdk", "GdkPixbuf", "Gio", "Gtk", "Pango"]
