"""Control while a denoiser runs: networks beside it are asked before each of its calls.

They hang on the denoiser, not on a pipeline: one way serves pictures from noise, from a picture,
under a mask, and checkpoints with further channels, in every family.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import ModelFault, NotFoundWhat

from .....models.records import Family, InstalledModel, ModelKind, ModelShelf
from ...painting.contract import Control
from ..missing import no_control
from ..naming import named
from .calls import Asked, added, call_for
from .kinds import UNION, kinds_of, modes_of

_SLACK = 1e-6


@dataclass(frozen=True)
class ChosenControl:
    """``network``: the installed one that is to serve it."""

    control: Control
    network: InstalledModel

    @property
    def mode(self) -> int | None:
        """The number under which a union network knows the kind.

        :raises Unsupported: it does not
        """
        if self.network.detail != UNION:
            return None
        modes = modes_of(self.network.family)
        if self.control.kind not in modes:
            raise self.taught_otherwise()
        return modes[self.control.kind]

    def taught_otherwise(self) -> Unsupported:
        kind, name = self.control.kind, self.network.name
        return Unsupported(name=name, what=ModelFault.CONTROL_KIND, kind=kind)


@dataclass(frozen=True)
class ActiveControl:
    """``start`` and ``end``: shares of the steps between which it acts."""

    asked: Asked
    start: float
    end: float

    def acts(self, step: int, steps: int) -> bool:
        return step >= self.start * steps - _SLACK and step + 1 <= self.end * steps + _SLACK


def chosen_controls(
    controls: Sequence[Control], shelf: ModelShelf, model: InstalledModel
) -> tuple[ChosenControl, ...]:
    """A network for each; controls of weight 0 are left out.

    :raises NoModel: none is installed for the kind
    :raises NotFound: the one that was named is not installed
    """
    installed = shelf.of(ModelKind.CONTROL, model.family)
    return tuple(
        ChosenControl(each, _network(each, installed, model.family))
        for each in controls
        if each.weight != 0.0
    )


def has_network(kind: str, installed: Sequence[InstalledModel]) -> bool:
    return any(kind in kinds_of(each) for each in installed)


def _network(
    control: Control, installed: Sequence[InstalledModel], family: Family
) -> InstalledModel:
    if control.model:
        return named(installed, control.model, NotFoundWhat.CONTROL_NETWORK)
    fitting = [each for each in installed if control.kind in kinds_of(each)]
    if not fitting:
        raise no_control(control.kind, family)
    return min(fitting, key=lambda each: each.detail == UNION)


def checked_mode(chosen: ChosenControl, network: Any) -> int | None:
    """:raises Unsupported: this union network was taught fewer kinds"""
    mode = chosen.mode
    known = network.config.get("num_control_type", network.config.get("num_mode"))
    if mode is not None and known is not None and mode >= known > 0:
        raise chosen.taught_otherwise()
    return mode


@contextmanager
def conducted(
    denoiser: Any, controls: Sequence[ActiveControl], steps: Callable[[], int]
) -> Iterator[None]:
    """While it runs, the denoiser hears the controls. ``steps``: how many it is to run, asked when
    it begins."""
    if not controls:
        yield
        return
    conductor = _Conductor(
        tuple(controls), steps, tuple(inspect.signature(denoiser.forward).parameters)
    )
    handle = denoiser.register_forward_pre_hook(conductor.before, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


class _Conductor:
    """Counts steps by the times at which the denoiser is called: some pipelines call it twice for
    one step, with the prompt and without."""

    def __init__(
        self, controls: tuple[ActiveControl, ...], steps: Callable[[], int], names: tuple[str, ...]
    ) -> None:
        self._controls = controls
        self._steps = steps
        self._names = names
        self._seen: list[float] = []

    def before(
        self, _: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        call = dict(zip(self._names, args, strict=False)) | dict(kwargs)
        step = self._step(call["timestep"] if "timestep" in call else call["t"])
        steps = max(1, self._steps())
        found: dict[str, Any] = {}
        for each in self._controls:
            if each.acts(step, steps):
                found = added(found, call_for(each.asked.network).ask(each.asked, call))
        return (), call | found

    def _step(self, time: Any) -> int:
        value = float(time.flatten()[0] if isinstance(time, Tensor) else time)
        if value not in self._seen:
            self._seen.append(value)
        return self._seen.index(value)
