"""What an engine says about itself before it runs; panels and validation are built from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .parameters import Parameter
from .tasks import Intent, Operation


class EngineColour(Enum):
    """The values an engine wants to see.

    ``NATIVE``: the document's own primaries, perceptually encoded. ``LINEAR``: linear light in the
    document's primaries. ``SRGB``: converted to sRGB.
    """

    NATIVE = "native"
    LINEAR = "linear"
    SRGB = "srgb"


class Device(Enum):
    """The worker an engine runs on: built-ins share a CPU worker of their own, so that a
    one-second removal never waits behind a diffusion job."""

    CPU = "cpu"
    ACCELERATOR = "accelerator"


@dataclass(frozen=True)
class RoleSpec:
    """An input the engine takes. ``visible_if`` and ``main`` as of a :class:`~.Parameter`; required
    roles are always shown."""

    role: str
    required: bool = False
    label: str = ""
    help: str = ""
    visible_if: str = ""
    main: bool = False


@dataclass(frozen=True)
class ContextRule:
    """How much around the mask the engine wants to see.

    The context crop is the mask's bounds grown by ``factor`` times their longer side, and by at
    least ``minimum`` pixels, clipped to the canvas. ``whole_if``: of the canvas as much as the
    limits allow, where a parameter has that value, as in :attr:`~.Parameter.visible_if`.
    """

    factor: float = 1.0
    minimum: int = 96
    whole_if: str = ""


@dataclass(frozen=True)
class EngineSpec:
    """Import-free description of an engine.

    ``version`` changes whenever the same inputs may give other pixels. ``max_pixels`` bounds one
    context crop (0 = none). ``sentence`` tells honestly what it can and cannot do.
    """

    id: str
    name: str
    version: str
    operations: tuple[Operation, ...]
    sentence: str
    intents: tuple[Intent, ...] = ()
    roles: tuple[RoleSpec, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    device: Device = Device.CPU
    colour: EngineColour = EngineColour.NATIVE
    context: ContextRule = ContextRule()
    takes_prompt: bool = False
    multiple: int = 1
    min_side: int = 1
    max_pixels: int = 0
    licence: str = "MIT"
    commercial_use: bool = True
    weights: bool = False
    rank: int = 0
    """Among engines for the same operation the highest rank is the default. Those below 0 are for
    checking an installation: only who names one gets it."""

    @property
    def is_for_checks(self) -> bool:
        return self.rank < 0

    def parameter(self, parameter_id: str) -> Parameter | None:
        return next((p for p in self.parameters if p.id == parameter_id), None)

    def role(self, role: str) -> RoleSpec | None:
        return next((r for r in self.roles if r.role == role), None)
