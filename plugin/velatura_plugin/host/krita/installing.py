# pyright: standard
"""What somebody sees who has the plug-in and no backend: what to type, ready to be copied."""

from __future__ import annotations

from ...i18n import Translations
from ...ui.qt.compat import QMessageBox, Qt, QWidget

COMMAND = "python3 installer install --host krita"


def explain_installation(parent: QWidget, translations: Translations) -> None:
    """In a window that stops nothing."""
    _ = translations.gettext
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Velatura")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(_("The engines are a program of their own, which is not on this computer yet."))
    how = _("In Velatura’s folder, run this in a terminal; it needs no rights of an administrator:")
    box.setInformativeText(f"{how}\n\n{COMMAND}")
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.setModal(False)
    box.show()
