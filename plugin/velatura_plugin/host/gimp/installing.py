# pyright: standard
"""What somebody sees who has the plug-in and no backend: what to type, ready to be copied."""

from __future__ import annotations

from ...i18n import Translations
from .gi_ui import Gtk

COMMAND = "python3 installer install --host gimp"


def explain_installation(parent: Gtk.Window, translations: Translations) -> None:
    """In a window that stops nothing."""
    _ = translations.gettext
    box = Gtk.MessageDialog(
        transient_for=parent,
        modal=False,
        message_type=Gtk.MessageType.INFO,
        buttons=Gtk.ButtonsType.CLOSE,
        text=_("The engines are a program of their own, which is not on this computer yet."),
    )
    box.set_title("Velatura")
    how = _("In Velatura’s folder, run this in a terminal; it needs no rights of an administrator:")
    box.set_property("secondary-text", f"{how}\n\n{COMMAND}")
    for each in box.get_message_area().get_children():
        each.set_property("selectable", True)
    box.connect("response", lambda dialog, _answer: dialog.destroy())
    box.show()
