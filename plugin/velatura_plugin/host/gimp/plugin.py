# pyright: standard
"""The procedures that GIMP knows: one for each task, in Filters ▸ Velatura and for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...ui.commands import Command, commands
from .gi_names import Gimp, GLib, GObject

if TYPE_CHECKING:
    from .errand import Asked

PREFIX = "plug-in-velatura-"
MENU = "<Image>/Filters/Velatura/"
_MOST_SEED = 2**31 - 1
_MOST_VARIATIONS = 16
_MOST_SIDE = 524288
_READ_WRITE = GObject.ParamFlags.READWRITE


def main(arguments: Sequence[str]) -> None:
    """What GIMP has started this process for."""
    Gimp.main(VelaturaPlugIn.__gtype__, list(arguments))


class VelaturaPlugIn(Gimp.PlugIn):
    """GIMP makes one in a process of its own for each call."""

    def do_set_i18n(self, procedure_name: str) -> bool:
        return False  # else GIMP warns that there is no folder of its own kind of catalogues

    def do_query_procedures(self) -> list[str]:
        return [procedure_name(each) for each in _offered()]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        command = next(each for each in _offered() if procedure_name(each) == name)
        procedure = Gimp.ImageProcedure.new(
            self, name, Gimp.PDBProcType.PLUGIN, self._run, command.task
        )
        procedure.set_image_types("*")
        sensitivity = Gimp.ProcedureSensitivityMask
        procedure.set_sensitivity_mask(sensitivity.DRAWABLE | sensitivity.DRAWABLES)
        procedure.set_menu_label(command.entry)
        procedure.add_menu_path(MENU)
        procedure.set_documentation(command.entry, _HELP, name)
        procedure.set_attribution("Velatura", "Velatura", "2026")
        _add_arguments(procedure, command.task)
        return procedure

    def _run(
        self,
        procedure: Gimp.Procedure,
        run_mode: Any,
        image: Gimp.Image,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        task: str,
    ) -> Gimp.ValueArray:
        from velatura_protocol.errors import VelaturaError

        from .errand import carry_out
        from .wording import line

        shows = run_mode == Gimp.RunMode.INTERACTIVE
        if shows:
            # GIMP fills in what was used last, the seed of a script among it; there is no dialog to
            # see that in, and who asks once more wants another one.
            config = procedure.create_config()
        asked = _asked(task, config, drawables)
        try:
            layers = carry_out(image, asked, shows_progress=shows)
        except VelaturaError as error:
            failed = GLib.Error.new_literal(GLib.quark_from_string("velatura"), line(error), 0)
            return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, failed)
        return _returned(procedure, layers)


def procedure_name(command: Command) -> str:
    return PREFIX + command.id.replace("_", "-")


def _offered() -> tuple[Command, ...]:
    """Those that need no panel: what is waiting to be accepted is so in one."""
    return tuple(each for each in commands() if each.task and not each.checkable)


_HELP = (
    "Works on what is selected, or on the selected layer, by the Velatura backend of this machine, "
    "which is started where none runs. The result is a new layer; nothing else changes."
)


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


def _asked(task: str, config: Gimp.ProcedureConfig, drawables: list[Gimp.Drawable]) -> Asked:
    from velatura_protocol.geometry import Size

    from .errand import Asked

    seed = config.get_property("seed")
    layer = next((each for each in drawables if each.is_layer()), None)
    target = None
    if task == "retarget":
        target = Size(config.get_property("width"), config.get_property("height"))
    return Asked(
        task=task,
        scale=config.get_property("scale") if task == "upscale" else None,
        target=target,
        percent=config.get_property("percent") if task == "extend" else 0.0,
        prompt=config.get_property("prompt") or "",
        engine=config.get_property("engine") or "",
        seed=seed if seed >= 0 else None,
        variations=config.get_property("variations"),
        parameters=config.get_property("parameters") or "",
        layer="" if layer is None else str(layer.get_id()),
    )


def _returned(procedure: Gimp.Procedure, layers: list[Gimp.Layer]) -> Gimp.ValueArray:
    """Ids beside the layer, as text: Python can neither make nor read a value that is an array of
    layers or of numbers (PyGObject 3.50, GIMP 3.0.4)."""
    found = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    ids = GObject.Value(GObject.TYPE_STRING, json.dumps([each.get_id() for each in layers]))
    upper = layers[-1] if layers else None
    for position, value in ((1, GObject.Value(Gimp.Layer.__gtype__, upper)), (2, ids)):
        found.remove(position)
        found.insert(position, value)
    return found
