"""The tasks a panel offers, and which engine does one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velatura_protocol import choosing
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Intent, Operation, Placement, SampleSource


@dataclass(frozen=True)
class PanelTask:
    """``id`` is what an edit of the task's field carries, and the end of the command's id."""

    id: str
    operation: Operation
    intent: Intent = Intent.NONE

    @property
    def sample_source(self) -> SampleSource:
        """What it looks at until the user says otherwise."""
        if self.operation is Operation.FILL:
            return SampleSource.BELOW
        if self.operation in _WHOLE_PICTURE:
            return SampleSource.VISIBLE
        return SampleSource.LAYER

    @property
    def places(self) -> tuple[Placement, ...]:
        """Where its results can go, the default first; empty where there is no choice."""
        return _PLACES.get(self.operation, ())


_WHOLE_PICTURE = frozenset(
    {Operation.UPSCALE, Operation.TILE, Operation.RETARGET, Operation.GENERATE}
)
_PLACES = {
    Operation.UPSCALE: (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT, Placement.ABOVE),
    Operation.RETARGET: (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT),
    Operation.GENERATE: (Placement.ABOVE, Placement.NEW_DOCUMENT),
    Operation.CUT_OUT: (Placement.ABOVE, Placement.NEW_DOCUMENT),
}
TASKS = (
    PanelTask("remove", Operation.FILL, Intent.REMOVE),
    PanelTask("fill", Operation.FILL, Intent.FILL),
    PanelTask("add", Operation.FILL, Intent.ADD),
    PanelTask("extend", Operation.FILL, Intent.EXPAND),
    PanelTask("replace_background", Operation.FILL, Intent.REPLACE_BACKGROUND),
    PanelTask("restyle", Operation.RESTYLE),
    PanelTask("upscale", Operation.UPSCALE),
    PanelTask("vary", Operation.VARY),
    PanelTask("tile", Operation.TILE),
    PanelTask("retarget", Operation.RETARGET),
    PanelTask("generate", Operation.GENERATE),
    PanelTask("restore", Operation.RESTORE),
    PanelTask("recolour", Operation.RECOLOUR),
    PanelTask("cut_out", Operation.CUT_OUT),
)
"""In the order panels list them; the first one offered is the default."""


def task_named(task_id: str) -> PanelTask | None:
    return next((each for each in TASKS if each.id == task_id), None)


def engines_for(
    engines: Sequence[EngineSpec], task: PanelTask, chosen: str = "", *, prompt: str = ""
) -> tuple[EngineSpec, ...]:
    """The best first, see :func:`velatura_protocol.choosing.engines_for`."""
    return choosing.engines_for(engines, task.operation, task.intent, prompt=prompt, named=chosen)


def offered(engines: Sequence[EngineSpec]) -> tuple[PanelTask, ...]:
    return tuple(each for each in TASKS if engines_for(engines, each))


def uses_strength(task: PanelTask, engine: EngineSpec) -> bool:
    """An engine that only knows the picture itself fills a hole wholly or not at all; what is wrong
    with a picture is taken away as far as it goes."""
    if task.operation in (Operation.RESTYLE, Operation.VARY):
        return True
    return task.operation is Operation.FILL and engine.takes_prompt
