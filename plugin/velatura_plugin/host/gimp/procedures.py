# pyright: standard
"""The procedures that GIMP knows: what each is called, takes and returns, and where its entry is.

GIMP asks a new plug-in for them while it starts, and keeps the answers: nothing is imported here
that this does not need.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from ...i18n import Translations
from ...ui.commands import Command, commands
from .gi_names import Gimp, GObject

PREFIX = "plug-in-velatura-"
MENU = "<Image>/Filters/Velatura/"
_MOST_SEED = 2**31 - 1
_MOST_VARIATIONS = 16
_MOST_SIDE = 524288
_READ_WRITE = GObject.ParamFlags.READWRITE


class Alone(Enum):
    """What a menu entry does while no panel is open."""

    AT_ONCE = "at once"
    """What is asked for, while GIMP waits: there is nothing to choose."""
    IN_PANEL = "in a panel"
    """Opens one, for what has to be said first."""
    NOTHING = "nothing"
    """There is nothing that it could be about."""


_AT_ONCE = frozenset({"remove", "fill", "vary", "tile", "restore", "cut_out"})
_WITHOUT_PICTURE = frozenset({"panel", "stop", "repeat", "retouch_mode"})


def procedure_name(command: Command) -> str:
    return PREFIX + command.id.replace("_", "-")


def command_called(procedure: str, translations: Translations) -> Command:
    return next(each for each in commands(translations) if procedure_name(each) == procedure)


def takes_arguments(command: Command) -> bool:
    """It makes something, and says what it has made."""
    return bool(command.task) and not command.checkable


def alone(command: Command) -> Alone:
    if command.id in _AT_ONCE:
        return Alone.AT_ONCE
    if command.id == "panel" or command.task:
        return Alone.IN_PANEL
    return Alone.NOTHING


def procedure_of(
    plug_in: Gimp.PlugIn,
    command: Command,
    run: Callable[..., Gimp.ValueArray],
    translations: Translations,
) -> Gimp.Procedure:
    """``run`` gets the command's id as its last argument."""
    name = procedure_name(command)
    kind = Gimp.PDBProcType.PLUGIN
    procedure = Gimp.ImageProcedure.new(plug_in, name, kind, run, command.id)
    procedure.set_image_types("*")
    procedure.set_sensitivity_mask(_sensitivity(command))
    procedure.set_menu_label(_label(command, translations))
    procedure.add_menu_path(MENU)
    procedure.set_documentation(command.entry, _help(command), name)
    procedure.set_attribution("Velatura", "Velatura", "2026")
    if takes_arguments(command):
        _add_arguments(procedure, command.task)
    return procedure


def _label(command: Command, translations: Translations) -> str:
    """With a key for it, and dots where more is asked for first."""
    if command.id == "panel":
        # Translators: an entry of GIMP's menus; _ marks the key for it.
        return translations.gettext("_Panel…")
    dots = "…" if alone(command) is Alone.IN_PANEL and not command.checkable else ""
    return f"_{command.entry}{dots}"


def _sensitivity(command: Command) -> Any:
    mask = Gimp.ProcedureSensitivityMask
    if command.id in _WITHOUT_PICTURE:
        return mask.ALWAYS
    drawn = mask.DRAWABLE | mask.DRAWABLES
    return drawn if takes_arguments(command) else drawn | mask.NO_DRAWABLES


def _help(command: Command) -> str:
    if takes_arguments(command):
        return _TASK_HELP
    return _PANEL_HELP if command.id == "panel" else _STRIP_HELP


_TASK_HELP = (
    "Works on what is selected, or on the selected layer, by the Velatura backend of this machine, "
    "which is started where none runs. The result is a new layer; nothing else changes. Where the "
    "panel is open, its menu entry is carried out there."
)
_PANEL_HELP = "Opens the panel, or brings it up where it is open already."
_STRIP_HELP = "Carried out by the open panel."


def _add_arguments(procedure: Gimp.Procedure, task: str) -> None:
    add = procedure
    if task == "upscale":
        add.add_double_argument("scale", "S_cale", "Times as large", 1.0, 16.0, 2.0, _READ_WRITE)
    if task == "retarget":
        add.add_int_argument("width", "_Width", "In pixels", 1, _MOST_SIDE, 1024, _READ_WRITE)
        add.add_int_argument("height", "_Height", "In pixels", 1, _MOST_SIDE, 1024, _READ_WRITE)
    if task == "extend":
        add.add_double_argument(
            "percent", "_By", "Of each side, added to each border", 1.0, 200.0, 15.0, _READ_WRITE
        )
    add.add_string_argument("prompt", "_Prompt", "What to paint, in words", "", _READ_WRITE)
    add.add_string_argument("engine", "_Engine", "Its id; empty: the best", "", _READ_WRITE)
    add.add_int_argument("seed", "_Seed", "-1: a random one", -1, _MOST_SEED, -1, _READ_WRITE)
    add.add_int_argument(
        "variations", "_Variations", "How many", 1, _MOST_VARIATIONS, 1, _READ_WRITE
    )
    add.add_string_argument(
        "parameters", "P_arameters", "The engine's own, as a JSON object", "", _READ_WRITE
    )
    add.add_layer_return_value(
        "layer", "Layer", "The new layer; of several, the uppermost", True, _READ_WRITE
    )
    add.add_string_return_value(
        "layers", "Layers", "The ids of all new layers, from bottom to top: [5, 6]", "", _READ_WRITE
    )
