"""What is said about a result: its layers' names, where they go, what kind of picture it is."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Intent, Operation, Placement, Task

_NAME_LENGTH = 40
_RESIZING = frozenset((Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT))
_MAKES_UP = frozenset(
    (Operation.FILL, Operation.VARY, Operation.TILE, Operation.RETARGET, Operation.RESTYLE)
)


def layer_name(task: Task, seed: int) -> str:
    """The prompt's beginning, or the operation (a fill's intent), and the seed."""
    what = task.operation.value if task.intent is Intent.NONE else task.intent.value
    title = " ".join(task.prompt.split()) or what.replace("_", " ").capitalize()
    if len(title) > _NAME_LENGTH:
        title = title[: _NAME_LENGTH - 1].rstrip() + "…"
    return f"{title} {seed}"


def stack_name(name: str, number: int, count: int) -> str:
    """Of layer ``number`` of ``count``, counted from below: ``A red disc 7 (layer 2 of 4)``."""
    return name if count == 1 else f"{name} (layer {number} of {count})"


def part_name(part: LayerPart, seed: int) -> str:
    """``Background 7``: the main layer of the same variation has the same number."""
    return f"{part.value.replace('_', ' ').capitalize()} {seed}"


def placement(task: Task) -> Placement:
    """Where the main layer goes."""
    if task.placement is not None:
        return task.placement
    if task.operation is Operation.UPSCALE:
        return Placement.NEW_DOCUMENT
    if task.operation is Operation.RETARGET or not task.canvas.margins.is_empty:
        return Placement.RESIZE_DOCUMENT
    return Placement.ABOVE


def part_placement(task: Task, wanted: Placement) -> Placement:
    """Where a further layer goes that an engine wants below or above its result.

    The order of a variation's layers says which lies over which, so both go where the main one
    does. Where that one leaves the document, a layer that belongs to the picture stays; and a
    canvas can be given another size by one layer only.
    """
    main = placement(task)
    if wanted is Placement.NEW_DOCUMENT or main is Placement.RESIZE_DOCUMENT:
        return Placement.NEW_DOCUMENT
    return Placement.ABOVE if main is Placement.NEW_DOCUMENT else main


def stacks(task: Task) -> bool:
    """Whether a result may lie there in several layers."""
    return placement(task) not in _RESIZING


def enlarges(task: Task) -> bool:
    """Whether an upscale's result has more pixels than what it was made of."""
    return task.operation is Operation.UPSCALE and placement(task) in _RESIZING


def lies_on_crop(task: Task) -> bool:
    """Whether the result covers what it was made of, pixel by pixel."""
    return task.operation is not Operation.RETARGET and not enlarges(task)


def digital_source_type(engine: EngineSpec, task: Task) -> str:
    """A term of the IPTC NewsCodes vocabulary ``digitalsourcetype``.

    What is put together from pieces of pictures, or by a trained model, counts as a composite; what
    is only changed (size, noise, colour, transparency) as enhanced, by a network or without one.
    """
    if task.operation is Operation.GENERATE and not task.crops:
        return "trainedAlgorithmicMedia" if engine.weights else "algorithmicMedia"
    if task.operation not in _MAKES_UP and task.operation is not Operation.GENERATE:
        return "algorithmicallyEnhanced"
    return "compositeWithTrainedAlgorithmicMedia" if engine.weights else "compositeSynthetic"
