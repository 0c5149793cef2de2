# pyright: standard
"""From the processes of menu entries to the one of the panel, where one is open.

GIMP starts a process for each call of a procedure. The panel's own registers a further procedure as
long as it lives; whoever finds that hands its command over and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .gi_names import Gimp, GObject
from .turns import soon
from .wire import listen

NAME = "plug-in-velatura-handover"
_MOST = 2**31 - 1
_READ_WRITE = GObject.ParamFlags.READWRITE


@dataclass(frozen=True)
class Handed:
    """``command``: the id of one of :func:`~...ui.commands.commands`. ``image`` and ``display``:
    GIMP's numbers for where it was asked for; 0 for none. ``is_asked_by_hand``: by somebody who
    looks at GIMP, and by no script."""

    command: str
    image: int = 0
    display: int = 0
    is_asked_by_hand: bool = True


def is_panel_open() -> bool:
    return Gimp.get_pdb().procedure_exists(NAME)


def hand_over(handed: Handed) -> bool:
    """Returns as soon as the panel has heard of it; False: it is gone meanwhile."""
    procedure = Gimp.get_pdb().lookup_procedure(NAME)
    if procedure is None:
        return False
    config = procedure.create_config()
    config.set_property("command", handed.command)
    config.set_property("image-number", handed.image)
    config.set_property("display-number", handed.display)
    config.set_property("by-hand", handed.is_asked_by_hand)
    return procedure.run(config).index(0) == Gimp.PDBStatusType.SUCCESS


class Handover:
    """The panel's end of it: ``take`` is called from the main loop, never from within a call that
    the panel itself has made to GIMP."""

    def __init__(self) -> None:
        self.take: Callable[[Handed], None] = lambda _handed: None

    def open(self, plug_in: Gimp.PlugIn, arguments: Sequence[str]) -> None:
        """From now on others find it; what they hand over waits for the main loop. ``arguments``:
        of this process."""
        procedure = Gimp.Procedure.new(plug_in, NAME, Gimp.PDBProcType.TEMPORARY, self._run, None)
        procedure.set_documentation("What the open panel is asked to do", _HELP, NAME)
        procedure.set_attribution("Velatura", "Velatura", "2026")
        procedure.add_string_argument("command", "_Command", "Its id", "panel", _READ_WRITE)
        for name, label in (("image-number", "_Image"), ("display-number", "_Display")):
            procedure.add_int_argument(name, label, "GIMP's id, or 0", 0, _MOST, 0, _READ_WRITE)
        procedure.add_boolean_argument("by-hand", "By _hand", "No script", True, _READ_WRITE)
        # No menu label: GIMP would list an entry for which it has no action.
        plug_in.add_temp_procedure(procedure)
        listen(plug_in, arguments)

    def _run(
        self, procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: object
    ) -> Gimp.ValueArray:
        handed = Handed(
            config.get_property("command"),
            config.get_property("image-number"),
            config.get_property("display-number"),
            config.get_property("by-hand"),
        )
        soon(lambda: self.take(handed))
        return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


_HELP = "For the plug-in's own procedures; there as long as the panel is open."
