"""An operation's command line as one frozen value."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Edge, Intent, Operation, Role


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
    takes what is transparent instead. ``images`` is empty for generate only."""

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
    scale: float | None = None
    target: Size | None = None


def operation_command(arguments: argparse.Namespace) -> OperationCommand:
    """What the namespace of an operation's command asks for."""
    operation = Operation(arguments.command)
    mask = getattr(arguments, "mask", None)
    style = getattr(arguments, "style", None)
    inputs = tuple(arguments.input) + (((Role.STYLE, Path(style)),) if style else ())
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
            inputs=inputs,
            json=arguments.json,
        ),
        intent=getattr(arguments, "intent", Intent.NONE),
        mask=None if mask in (None, "alpha") else Path(mask),
        mask_from_alpha=mask == "alpha",
        edge=getattr(arguments, "edge", Edge()),
        prompt=getattr(arguments, "prompt", ""),
        scale=getattr(arguments, "scale", None),
        target=getattr(arguments, "size", None),
    )
