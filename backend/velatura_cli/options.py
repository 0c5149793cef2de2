"""An operation's command line as one frozen value."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from velatura_plugin.capture.extent import Anchor
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Edge, Intent, Operation

from .exit_codes import UsageError
from .extending import Aspect, Extension


@dataclass(frozen=True)
class EngineOptions:
    """What every operation takes. ``parameters`` are texts still, for the engine's schema."""

    engine: str
    seed: int
    variations: int
    parameters: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, Path], ...]
    json: bool


@dataclass(frozen=True)
class OperationCommand:
    """``mask`` is a file, a folder of files named like the pictures, or None; ``mask_from_alpha``
    takes what is transparent instead, ``extension`` what is added to the picture. ``images`` is
    empty for generate only. ``style`` is a picture or a preset, ``palette`` a file or a list of
    colours, as the user named them; ``colour_table`` is where one is to be written. ``background``:
    what is behind a cut-out is wanted, too."""

    operation: Operation
    images: tuple[Path, ...]
    output: Path
    output_is_folder: bool
    options: EngineOptions
    intent: Intent = Intent.NONE
    mask: Path | None = None
    mask_from_alpha: bool = False
    edge: Edge = Edge()
    prompt: str = ""
    strength: float = 1.0
    scale: float | None = None
    target: Size | None = None
    extension: Extension | None = None
    style: str = ""
    palette: str = ""
    background: bool = False
    colour_table: Path | None = None


def operation_command(arguments: argparse.Namespace) -> OperationCommand:
    """What the namespace of an operation's command asks for.

    :raises UsageError: options that do not go together
    """
    operation = Operation(arguments.command)
    mask = getattr(arguments, "mask", None)
    output = str(arguments.output)
    return OperationCommand(
        operation=operation,
        images=tuple(getattr(arguments, "images", ())),
        output=Path(output),
        output_is_folder=output.endswith(("/", "\\")) or Path(output).is_dir(),
        options=EngineOptions(
            engine=arguments.engine,
            seed=arguments.seed,
            variations=arguments.variations,
            parameters=tuple(arguments.param),
            inputs=tuple(arguments.input),
            json=arguments.json,
        ),
        intent=_intent(operation, arguments),
        mask=None if mask in (None, "alpha") else Path(mask),
        mask_from_alpha=mask == "alpha",
        edge=getattr(arguments, "edge", Edge()),
        prompt=getattr(arguments, "prompt", ""),
        strength=getattr(arguments, "strength", 1.0),
        scale=getattr(arguments, "scale", None),
        target=getattr(arguments, "size", None),
        extension=_extension(arguments),
        style=getattr(arguments, "style", ""),
        palette=getattr(arguments, "palette", None) or "",
        background=getattr(arguments, "background", False),
        colour_table=getattr(arguments, "colour_table", None),
    )


def _intent(operation: Operation, arguments: argparse.Namespace) -> Intent:
    if operation is not Operation.FILL:
        return Intent.NONE
    grows = _extension(arguments) is not None
    intent = arguments.intent or (Intent.EXPAND if grows else Intent.FILL)
    if grows and intent is not Intent.EXPAND:
        raise UsageError(
            f"--intent {intent.value} makes no picture larger; leave out --extend and --aspect, "
            "or the intent"
        )
    return intent


def _extension(arguments: argparse.Namespace) -> Extension | None:
    shape: Aspect | None = getattr(arguments, "aspect", None)
    place: Anchor | None = getattr(arguments, "anchor", None)
    if shape is not None:
        return shape if place is None else replace(shape, anchor=place)
    if place is not None:
        raise UsageError("--anchor goes with --aspect; --extend says itself which sides grow")
    return getattr(arguments, "extend", None)
