"""Compiles every kernel before anybody waits for one.

The installer calls :func:`compile_all`, each worker :func:`warm_up`; numba keeps what it compiled
under ``NUMBA_CACHE_DIR``, so all but the first call on a machine only load it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from velatura_protocol.engines import Device, EngineSpec
from velatura_protocol.errors import VelaturaError
from velatura_protocol.parameters import Parameter, ParameterKind, ParameterValue
from velatura_protocol.tasks import Intent, Operation, Role

from .. import registry
from ..base import CancelToken, Engine, EngineTask, FloatImage, FloatMask, StreamedImage
from ..specs import CUT_OUT
from .fill import FillEngine

_SIDE = 96
_LARGE_SIDE = 160
_TILES = 16
_IMAGES = (Role.STYLE, Role.SOURCE, Role.REFERENCE, Role.PALETTE, Role.STROKES)
_MASKS = (Role.EXCLUDE, Role.PROTECT, Role.GUIDE)

Progress = Callable[[float], None]


@dataclass(frozen=True)
class _QuietContext:
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))
    threads: int = 1

    def wants_preview(self) -> bool:
        return True


def warm_up(progress: Progress | None = None) -> None:
    """Runs small fills through every kernel of theirs, for each type of array they are called with:
    a removal is what nobody wants to wait for. Other engines load what they need when they are
    first used, a fraction of a second.

    ``progress`` is told the fraction done, from 0 to 1. About 12 s of one core on a machine that
    has never done it, a second from the cache.
    """
    _run([(FillEngine(), task) for task in _fill_tasks()], progress)


def compile_all(progress: Progress | None = None) -> None:
    """Runs every built-in engine in each of its ways, on small pictures.

    One that cannot do what is asked of it here, such as colouring without colours, is passed over:
    it is not for the compiler to say so.
    """
    work = [(FillEngine(), task) for task in _fill_tasks()]
    for spec in registry.specs():
        if spec.device is Device.CPU and not spec.is_for_checks:
            engine = registry.create(spec.id)
            work += [(engine, task) for task in tasks_of(spec)]
    _run([*work, (registry.create(CUT_OUT.id), _large_cut_out())], progress)


def _run(work: Sequence[tuple[Engine, EngineTask]], progress: Progress | None) -> None:
    context = _QuietContext()
    for done, (engine, task) in enumerate(work):
        if progress is not None:
            progress(done / len(work))
        try:
            for event in engine.run(task, context):
                image = getattr(event, "image", None)
                if isinstance(image, StreamedImage):
                    for _ in image.strips:
                        pass
        except VelaturaError:
            continue
    if progress is not None:
        progress(1.0)


def tasks_of(spec: EngineSpec) -> Iterator[EngineTask]:
    """The engine's operations with each choice of its parameters, one at a time; with and without
    the pictures and masks it can be given."""
    ways = [{}, *(way for each in spec.parameters for way in _ways(each))]
    for operation in spec.operations:
        intent = spec.intents[0] if operation is Operation.FILL else Intent.NONE
        for parameters in ways:
            for task in _tasks(spec, operation, parameters):
                yield replace(task, intent=intent)


def _ways(parameter: Parameter) -> Iterator[dict[str, ParameterValue]]:
    """Everything it can be set to but its default, where that can be listed."""
    if parameter.kind is ParameterKind.BOOL:
        yield {parameter.id: not parameter.default}
    if parameter.kind in (ParameterKind.CHOICE, ParameterKind.PRESET):
        for choice in parameter.choices:
            if choice.id != parameter.default:
                yield {parameter.id: choice.id}


def _tasks(
    spec: EngineSpec, operation: Operation, parameters: Mapping[str, ParameterValue]
) -> Iterator[EngineTask]:
    image = _noise(0)
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    mask[24:72, 24:72] = 1.0
    size = (_SIDE - 16, _SIDE + 16) if operation is Operation.RETARGET else None
    scale = 2.0 if operation is Operation.UPSCALE else None
    plain = EngineTask(
        operation, Intent.NONE, image, mask, 0, parameters=parameters, scale=scale, target=size
    )
    yield plain
    given = {role: (_noise(1),) for role in _IMAGES if spec.role(role)}
    masks: dict[str, FloatMask] = {role: mask[::-1] for role in _MASKS if spec.role(role)}
    if given or masks:
        yield replace(plain, images=given, masks=masks)


def _large_cut_out() -> EngineTask:
    """One whose matte is solved in less than its size, which takes one kernel more."""
    image = np.tile(_noise(0), (_TILES, _TILES, 1))
    mask = np.zeros(image.shape[:2], np.float32)
    mask[:_SIDE, :_SIDE] = 1.0
    return EngineTask(Operation.CUT_OUT, Intent.NONE, image, mask, 0)


def _noise(seed: int) -> FloatImage:
    """Smooth colour with grain, partly transparent."""
    random = np.random.default_rng(seed)
    coarse = random.random((_SIDE // 8, _SIDE // 8, 4), dtype=np.float32)
    smooth = coarse.repeat(8, axis=0).repeat(8, axis=1)
    return np.clip(smooth + random.normal(0, 0.02, smooth.shape), 0, 1).astype(np.float32)


def _fill_tasks() -> Iterator[EngineTask]:
    """A thick hole goes through the pyramid, a thin one through the biharmonic start, and one that
    leaves no whole patch through the smooth fill; in a larger picture fills that start on two
    levels compete, and it is filled, not removed, so that its roughness is asked for. What is
    slightly noisy gets grain."""
    image = np.random.default_rng(0).random((_LARGE_SIDE, _LARGE_SIDE, 4), dtype=np.float32)
    large = np.zeros((_LARGE_SIDE, _LARGE_SIDE), np.float32)
    large[60:90, 60:90] = 1.0
    yield EngineTask(Operation.FILL, Intent.FILL, image, large, seed=0)
    image = np.ascontiguousarray(image[:_SIDE, :_SIDE])
    thick, thin, frame = (np.zeros((_SIDE, _SIDE), np.float32) for _ in range(3))
    thick[30:60, 30:60] = 1.0
    thin[40:43, 10:80] = 1.0
    frame[3:, 3:] = 1.0
    for mask in (thick, thin, frame):
        yield EngineTask(Operation.FILL, Intent.REMOVE, image, mask, seed=0)
    grainy = np.random.default_rng(1).normal(0.5, 0.02, image.shape).astype(np.float32)
    grainy[..., 3] = 1.0
    yield EngineTask(Operation.FILL, Intent.REMOVE, grainy, thin, seed=0)
