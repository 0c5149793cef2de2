"""A job's states, and whether a task may become one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from velatura_protocol.choosing import can_do, engines_for
from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.errors import (
    BadTask,
    LimitExceeded,
    MaskMismatch,
    NotFound,
    TooLarge,
    Unsupported,
)
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import BlobRef, Limits
from velatura_protocol.tasks import Input, Intent, Operation, Role, Task

_NEXT: dict[JobState, frozenset[JobState]] = {
    # A queued job can fail without having run: a restart may find its inputs gone.
    JobState.QUEUED: frozenset((JobState.RUNNING, JobState.CANCELLED, JobState.FAILED)),
    JobState.RUNNING: frozenset((JobState.FINISHED, JobState.FAILED, JobState.CANCELLED)),
    JobState.FINISHED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}

_CROP_ROLES = frozenset((Role.MASK, Role.EXCLUDE, Role.PROTECT, Role.GUIDE, Role.STROKES))
_MASK_ROLES = frozenset((Role.MASK, Role.EXCLUDE, Role.PROTECT))
_MAX_SCALE = 16.0
_MAX_TEXT = 20_000
_MAX_KEY = 256
_MAX_SEED = 2**63 - 1
_MAX_COORDINATE = 2**31 - 1


def may_follow(state: JobState, following: JobState) -> bool:
    return following in _NEXT[state]


@dataclass(frozen=True)
class Checker:
    """Holds a task against its engine and the limits, before anything is recorded.

    ``specs`` are the installed engines, which may come and go.
    """

    specs: Sequence[EngineSpec]
    limits: Limits

    def resolve(self, task: Task) -> EngineSpec:
        """The engine the task names, or the best one for it.

        :raises NotFound: no such engine
        :raises Unsupported: it cannot do the operation or the intent
        """
        if not task.engine:
            return self._best(task)
        spec = next((each for each in self.specs if each.id == task.engine), None)
        if spec is None:
            raise NotFound(what="engine", id=task.engine[:80])
        if not can_do(spec, task.operation):
            raise Unsupported(what=task.operation.value)
        if not can_do(spec, task.operation, task.intent):
            raise Unsupported(what=task.intent.value)
        return spec

    def _best(self, task: Task) -> EngineSpec:
        found = engines_for(self.specs, task.operation, task.intent, prompt=task.prompt)
        if not found:
            raise Unsupported(what=task.operation.value)
        return found[0]

    def check(self, task: Task, spec: EngineSpec) -> None:
        """:raises BadTask: with ``field`` and ``reason``
        :raises MaskMismatch: the mask has another size than its crop
        :raises TooLarge: more pixels than the engine or the server takes
        :raises LimitExceeded: too many inputs or variations
        """
        self._check_counts(task)
        _check_scalars(task)
        _check_parameters(task, spec)
        _check_roles(task, spec)
        self._check_sizes(task, spec)
        _check_pairs(task, spec)

    def _check_counts(self, task: Task) -> None:
        for name, value, maximum in (
            ("inputs", len(task.inputs), self.limits.inputs),
            ("variations", task.variations, self.limits.variations),
        ):
            if value > maximum:
                raise LimitExceeded(limit=name, value=value, maximum=maximum)

    def _check_sizes(self, task: Task, spec: EngineSpec) -> None:
        for number, each in enumerate(task.inputs):
            if each.region.is_empty:
                raise BadTask(field=f"inputs[{number}].region", reason="is empty")
            self._bound(each.region.area)
        for crop in task.crops:
            if spec.max_pixels and crop.region.area > spec.max_pixels:
                raise TooLarge(pixels=crop.region.area, limit=spec.max_pixels)
            if task.operation is Operation.UPSCALE and task.scale is not None:
                self._bound(math.ceil(crop.region.area * task.scale**2))
        if task.target is not None:
            self._bound(task.target.area)

    def _bound(self, pixels: int) -> None:
        if pixels > self.limits.blob_pixels:
            raise TooLarge(pixels=pixels, limit=self.limits.blob_pixels)


def match_blobs(task: Task, find: Callable[[str], BlobRef | None]) -> tuple[BlobRef, ...]:
    """The blob of each input, in order.

    :raises NotFound: an input names a blob that has not arrived
    :raises BadTask: a blob has another size or format than its input says
    """
    found: list[BlobRef] = []
    for number, each in enumerate(task.inputs):
        blob = find(each.blob)
        if blob is None:
            raise NotFound(what="blob", id=each.blob[:80])
        if blob.size != each.region.size:
            raise BadTask(field=f"inputs[{number}].region", reason="is not the size of its blob")
        if blob.format != each.format:
            raise BadTask(field=f"inputs[{number}].format", reason="is not the format of its blob")
        found.append(blob)
    return tuple(found)


def _check_scalars(task: Task) -> None:
    _require(task.variations >= 1, "variations", "must be at least 1")
    _require(0 <= task.seed <= _MAX_SEED, "seed", "must be 0 to 2^63 - 1")
    _require(0.0 <= task.strength <= 1.0, "strength", "must be 0 to 1")
    _require(task.canvas.size.area > 0, "canvas.size", "is empty")
    _require(len(task.prompt) <= _MAX_TEXT, "prompt", "is too long")
    _require(len(task.avoid) <= _MAX_TEXT, "avoid", "is too long")
    _require(len(task.document_key) <= _MAX_KEY, "document_key", "is too long")
    _check_margins(task)
    if task.placement is not None:
        _require(task.placement in task.placements, "placement", "is not one for this")
    _check_result_size(task)
    if task.preview is not None:
        rate = task.preview.per_second
        _require(0.0 <= rate <= 60.0, "preview.per_second", "must be 0 to 60")
        _require(task.preview.max_side >= 0, "preview.max_side", "must be at least 0")


def _check_margins(task: Task) -> None:
    canvas = task.canvas
    if canvas.margins.is_empty:
        return
    _require(task.intent is Intent.EXPAND, "canvas.margins", "are for expand only")
    left = canvas.margins.inside(canvas.size)
    _require(not left.is_empty, "canvas.margins", "leave nothing of the document")


def _check_result_size(task: Task) -> None:
    if task.scale is not None:
        _require(0.0 < task.scale <= _MAX_SCALE, "scale", f"must be above 0, up to {_MAX_SCALE:g}")
    if task.target is not None:
        _require(task.target.area > 0, "target", "is empty")
    if task.operation is Operation.UPSCALE:
        _require(task.scale is not None, "scale", "is missing")
    if task.operation in (Operation.RETARGET, Operation.GENERATE):
        _require(task.target is not None, "target", "is missing")


def _check_parameters(task: Task, spec: EngineSpec) -> None:
    for name, value in task.parameters.items():
        parameter = spec.parameter(name)
        if parameter is None:
            raise BadTask(field=f"parameters.{name[:80]}", reason="is not known to the engine")
        problem = parameter.check(value)
        if problem:
            raise BadTask(field=f"parameters.{name}", reason=problem)


def _check_roles(task: Task, spec: EngineSpec) -> None:
    for number, each in enumerate(task.inputs):
        if not Role.is_known(each.role) or spec.role(each.role) is None:
            raise BadTask(field=f"inputs[{number}].role", reason="is not taken by the engine")
        if each.role in _MASK_ROLES and not each.format.layout.is_grey:
            raise BadTask(field=f"inputs[{number}].format", reason="must be grey")
        if each.role in _MASK_ROLES and each.format.layout.has_alpha:
            raise BadTask(field=f"inputs[{number}].format", reason="must have no alpha")
        if each.role == Role.STROKES and not each.format.layout.has_alpha:
            raise BadTask(field=f"inputs[{number}].format", reason="must have alpha")
        _check_region(each, number)
    for role in spec.roles:
        if _is_needed(role, task) and not task.with_role(role.role):
            raise BadTask(field=f"inputs.{role.role}", reason="is missing")


def _is_needed(role: RoleSpec, task: Task) -> bool:
    """By the engine, or by what is to be done: an engine for several operations requires none."""
    if role.required:
        return True
    if role.role == Role.IMAGE:
        return task.operation is not Operation.GENERATE
    return role.role == Role.MASK and task.operation is Operation.FILL


def _check_region(each: Input, number: int) -> None:
    region = each.region
    edges = (region.x, region.y, region.right, region.bottom)
    if any(abs(edge) > _MAX_COORDINATE for edge in edges):
        raise BadTask(field=f"inputs[{number}].region", reason="is out of range")


def _check_pairs(task: Task, spec: EngineSpec) -> None:
    """Every mask lies on a crop, no crop has two of a kind, and where the engine needs a mask every
    crop has one."""
    crops = {crop.region for crop in task.crops}
    if len(crops) < len(task.crops):
        raise BadTask(field="inputs.image", reason="two crops have the same region")
    covered: dict[str, set[Rect]] = {}
    for number, each in enumerate(task.inputs):
        if each.role not in _CROP_ROLES:
            continue
        if each.region not in crops:
            raise _stray(task, each, number)
        if each.region in covered.setdefault(each.role, set()):
            raise BadTask(field=f"inputs[{number}].role", reason="the crop already has one")
        covered[each.role].add(each.region)
    _check_covered(spec, crops, covered)


def _check_covered(spec: EngineSpec, crops: set[Rect], covered: Mapping[str, set[Rect]]) -> None:
    for role in spec.roles:
        if role.required and role.role in _CROP_ROLES and covered.get(role.role, set()) != crops:
            raise BadTask(field=f"inputs.{role.role}", reason="is missing for a crop")


def _stray(task: Task, each: Input, number: int) -> BadTask | MaskMismatch:
    """A mask of another size than the only crop: the caller mixed up two pictures."""
    sizes = {crop.region.size for crop in task.crops}
    if each.role == Role.MASK and len(sizes) == 1 and each.region.size not in sizes:
        size: Size = next(iter(sizes))
        mask = each.region.size
        return MaskMismatch(
            mask_width=mask.width, mask_height=mask.height, width=size.width, height=size.height
        )
    return BadTask(field=f"inputs[{number}].region", reason="is not the region of a crop")


def _require(condition: bool, field: str, reason: str) -> None:
    if not condition:
        raise BadTask(field=field, reason=reason)
