"""The engines there are. Listing them imports no engine; creating one imports that one."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from velatura_protocol.choosing import engines_for
from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NotFound
from velatura_protocol.tasks import Intent, Operation

from .specs import CUT_OUT, ECHO, FILL, RECOLOUR, RESTORE, RESTYLE, RETARGET, TILE, UPSCALE, VARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import Engine


@dataclass(frozen=True)
class Registration:
    """An engine's spec and where its class is: ``"package.module:Class"``."""

    spec: EngineSpec
    target: str


REGISTRATIONS: tuple[Registration, ...] = (
    Registration(FILL, "velatura_backend.engines.builtin.fill:FillEngine"),
    Registration(RECOLOUR, "velatura_backend.engines.builtin.recolour.engine:RecolourEngine"),
    Registration(RESTYLE, "velatura_backend.engines.builtin.restyle.engine:RestyleEngine"),
    Registration(VARY, "velatura_backend.engines.builtin.vary.vary:VaryEngine"),
    Registration(RESTORE, "velatura_backend.engines.builtin.restore:RestoreEngine"),
    Registration(UPSCALE, "velatura_backend.engines.builtin.upscale:UpscaleEngine"),
    Registration(CUT_OUT, "velatura_backend.engines.builtin.cut_out.engine:CutOutEngine"),
    Registration(RETARGET, "velatura_backend.engines.builtin.vary.retarget:RetargetEngine"),
    Registration(TILE, "velatura_backend.engines.builtin.vary.tile:TileEngine"),
    Registration(ECHO, "velatura_backend.engines.builtin.echo:EchoEngine"),
)


def specs() -> tuple[EngineSpec, ...]:
    """Every engine's spec, in the order panels list them."""
    return tuple(each.spec for each in REGISTRATIONS)


def spec(engine_id: str) -> EngineSpec:
    """:raises NotFound: no such engine"""
    return _registration(engine_id).spec


def candidates(operation: Operation, intent: Intent = Intent.NONE) -> tuple[EngineSpec, ...]:
    """The built-in engines that can do it, the best first. ``Intent.NONE`` matches any."""
    return engines_for(specs(), operation, intent)


def best(operation: Operation, intent: Intent = Intent.NONE) -> EngineSpec:
    """The default engine for it.

    :raises NotFound: no engine can do it
    """
    found = candidates(operation, intent)
    if not found:
        raise NotFound(what="engine", id=operation.value)
    return found[0]


def create(engine_id: str) -> Engine:
    """A new engine; imports its module.

    :raises NotFound: no such engine
    """
    module, _, name = _registration(engine_id).target.partition(":")
    factory = cast("Callable[[], Engine]", getattr(import_module(module), name))
    return factory()


def _registration(engine_id: str) -> Registration:
    found = next((each for each in REGISTRATIONS if each.spec.id == engine_id), None)
    if found is None:
        raise NotFound(what="engine", id=engine_id)
    return found
