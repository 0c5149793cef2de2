# pyright: standard
"""What no theme knows of, in the theme's own colours."""

from __future__ import annotations

from .toolkit import Gdk, Gtk

THUMB = "velatura-thumbnail"
MARK = "velatura-mark"
SLIM = "velatura-slim"
FOLD = "velatura-fold"
CARD = "velatura-card"

_CSS = f"""
button.{THUMB}, button.{THUMB}:checked, button.{THUMB}:hover {{
  padding: 2px;
  min-width: 0;
  min-height: 0;
  border: 2px solid transparent;
  border-radius: 3px;
  background: none;
  box-shadow: none;
}}
button.{THUMB}:hover {{ border-color: alpha(currentColor, 0.3); }}
button.{THUMB}:checked {{ border-color: currentColor; }}
.{MARK} {{
  color: @theme_bg_color;
  background-color: @theme_fg_color;
  padding: 0 3px;
  border-radius: 2px;
}}
button.{FOLD}, button.{FOLD}:checked {{
  padding: 0 2px;
  border-color: transparent;
  background: none;
  box-shadow: none;
}}
button.{FOLD}:hover {{ background-color: alpha(currentColor, 0.1); }}
frame.{CARD} > border {{ border: 1px solid alpha(currentColor, 0.25); border-radius: 4px; }}
progressbar.{SLIM} trough, progressbar.{SLIM} progress {{ min-height: 6px; }}
"""
# Over the theme of GIMP, which has the priority of an application, and under the user's own.
_PRIORITY = Gtk.STYLE_PROVIDER_PRIORITY_USER - 1


def dress(widget: Gtk.Widget) -> None:
    """On the screen of ``widget``, and off it again when that is gone."""
    screen: Gdk.Screen = widget.get_screen()
    provider = Gtk.CssProvider()
    provider.load_from_data(_CSS.encode())
    Gtk.StyleContext.add_provider_for_screen(screen, provider, _PRIORITY)

    def undress(_widget: Gtk.Widget) -> None:
        Gtk.StyleContext.remove_provider_for_screen(screen, provider)

    widget.connect("destroy", undress)
