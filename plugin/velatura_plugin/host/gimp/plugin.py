# pyright: standard
"""What GIMP starts a process for: one call of a procedure, or the panel as long as it is open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...i18n import load_translations
from ...ui.commands import Command, commands
from .gi_names import Gimp, GLib, GObject
from .handover import Handed, Handover, hand_over, is_panel_open
from .language import language
from .procedures import Alone, alone, command_called, procedure_name, procedure_of, takes_arguments

if TYPE_CHECKING:
    from .procedure_run import Asked


def main(arguments: Sequence[str]) -> None:
    """What GIMP has started this process for."""
    VelaturaPlugIn.arguments = tuple(arguments)
    Gimp.main(VelaturaPlugIn.__gtype__, list(arguments))


class VelaturaPlugIn(Gimp.PlugIn):
    """GIMP makes one in a process of its own for each call, with these arguments."""

    arguments: Sequence[str] = ()

    def do_set_i18n(self, procedure_name: str) -> bool:
        return False  # else GIMP warns that there is no folder of its own kind of catalogues

    def do_query_procedures(self) -> list[str]:
        return [procedure_name(each) for each in commands()]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        words = load_translations(language())
        return procedure_of(self, command_called(name, words), self._run, words)

    def _run(
        self,
        procedure: Gimp.Procedure,
        run_mode: Any,
        image: Gimp.Image | None,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        name: str,
    ) -> Gimp.ValueArray:
        command = next(each for each in commands() if each.id == name)
        by_hand = run_mode != Gimp.RunMode.NONINTERACTIVE
        handed = _handed(command, image, by_hand)
        if (by_hand or not takes_arguments(command)) and is_panel_open() and hand_over(handed):
            return _returned(procedure, command, [])
        if takes_arguments(command) and not (by_hand and alone(command) is Alone.IN_PANEL):
            return self._carry_out(procedure, command, image, drawables, config, by_hand)
        if by_hand and alone(command) is Alone.IN_PANEL:
            return self._open_panel(procedure, command, handed)
        from .wording import no_panel

        return _failed(procedure, no_panel())

    def _open_panel(
        self, procedure: Gimp.Procedure, command: Command, handed: Handed
    ) -> Gimp.ValueArray:
        """Returns when it is closed. Others find it before it can be seen: who presses twice in a
        hurry has not two of them."""
        handover = Handover()
        handover.open(self, self.arguments)
        from .gi_ui import GimpUi

        GimpUi.init("velatura")
        from .panel import PanelProcess

        process = PanelProcess()
        handover.take = process.take
        process.run(handed)
        return _returned(procedure, command, [])

    def _carry_out(
        self,
        procedure: Gimp.Procedure,
        command: Command,
        image: Gimp.Image | None,
        drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        by_hand: bool,
    ) -> Gimp.ValueArray:
        from velatura_protocol.errors import NotFound, VelaturaError

        from .procedure_run import carry_out
        from .wording import line

        if by_hand:
            # GIMP fills in what was used last, the seed of a script among it; there is no dialog to
            # see that in, and who asks once more wants another one.
            config = procedure.create_config()
        asked = _asked(command.task, config, drawables)
        try:
            if image is None:
                raise NotFound(what="document", id="")
            layers = carry_out(image, asked, shows_progress=by_hand)
        except VelaturaError as error:
            return _failed(procedure, line(error))
        return _returned(procedure, command, layers)


def _handed(command: Command, image: Gimp.Image | None, by_hand: bool) -> Handed:
    display = Gimp.default_display()
    return Handed(
        command.id,
        0 if image is None else image.get_id(),
        0 if display is None else display.get_id(),
        by_hand,
    )


def _asked(task: str, config: Gimp.ProcedureConfig, drawables: list[Gimp.Drawable]) -> Asked:
    from velatura_protocol.geometry import Size

    from .procedure_run import Asked

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


def _failed(procedure: Gimp.Procedure, sentence: str) -> Gimp.ValueArray:
    error = GLib.Error.new_literal(GLib.quark_from_string("velatura"), sentence, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)


def _returned(
    procedure: Gimp.Procedure, command: Command, layers: list[Gimp.Layer]
) -> Gimp.ValueArray:
    """Ids beside the layer, as text: Python can neither make nor read a value that is an array of
    layers or of numbers (PyGObject 3.50, GIMP 3.0.4)."""
    found = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    if not takes_arguments(command):
        return found
    ids = GObject.Value(GObject.TYPE_STRING, json.dumps([each.get_id() for each in layers]))
    upper = layers[-1] if layers else None
    for position, value in ((1, GObject.Value(Gimp.Layer.__gtype__, upper)), (2, ids)):
        found.remove(position)
        found.insert(position, value)
    return found
