"""Which file each picture's result goes to, settled before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Operation

from .exit_codes import UsageError
from .options import OperationCommand

_JPEG = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
SUFFIXES = _JPEG | {".png", ".tif", ".tiff", ".webp"}
"""What results are written as."""


@dataclass(frozen=True)
class Assignment:
    """One picture's way: ``image`` is None for generate, ``mask`` None without a mask file."""

    image: Path | None
    mask: Path | None
    output: Path

    @property
    def label(self) -> str:
        """What reports call it: the picture's name as it was given."""
        return str(self.image or self.output)

    def variation(self, index: int, count: int) -> Path:
        """The file of variation ``index`` of ``count``."""
        return numbered(self.output, index, count)


def assign_outputs(command: OperationCommand) -> tuple[Assignment, ...]:
    """:raises UsageError: missing files or folders, an unknown suffix, two results in one file"""
    for image in command.images:
        require_file(image)
    for _, path in command.options.inputs:
        require_file(path)
    images: tuple[Path | None, ...] = command.images or (None,)
    assignments = tuple(
        Assignment(image, _mask_for(command, image), _output_for(command, image))
        for image in images
    )
    _refuse_collisions(assignments, command.options.variations)
    if command.colour_table is not None:
        _check_table(command.colour_table, command)
    return assignments


def check_parts(
    assignments: Sequence[Assignment], variations: int, names: Sequence[str], kept: Iterable[Path]
) -> None:
    """``names`` of what is made beside each result, which nobody has chosen: none of it may take
    the place of ``kept`` files, such as a picture to be read, nor of another result.

    :raises UsageError: it would
    """
    results = [
        assignment.variation(index, variations)
        for assignment in assignments
        for index in range(variations)
    ]
    taken = {path.resolve() for path in (*kept, *results)}
    for result in results:
        for name in names:
            for path in {part_path(result, name, is_transparent=each) for each in (False, True)}:
                if path.resolve() in taken:
                    raise UsageError(
                        f"{path}: would be overwritten with what is made beside {result.name}; "
                        "choose another name to write to"
                    )


def _check_table(table: Path, command: OperationCommand) -> None:
    if len(command.images) > 1:
        raise UsageError(f"{table}: one picture makes one table; name one picture")
    if table.resolve() == command.output.resolve():
        raise UsageError(f"{table}: the picture would have this name; choose another")
    check_folder(table.parent)


def require_file(path: Path) -> None:
    """:raises UsageError: there is none of this name"""
    if not path.exists():
        raise UsageError(f"{path}: no such file; check its name and folder")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name the pictures in it")


def _mask_for(command: OperationCommand, image: Path | None) -> Path | None:
    mask = command.mask
    if mask is None or image is None:
        return None
    if not mask.is_dir():
        require_file(mask)
        return mask
    found = sorted(
        each
        for each in mask.iterdir()
        if each.stem == image.stem and each.suffix.lower() in SUFFIXES
    )
    if len(found) == 1:
        return found[0]
    problem = "several masks" if found else "no mask"
    raise UsageError(f"{mask}: {problem} named {image.stem}; one is needed for {image.name}")


def _output_for(command: OperationCommand, image: Path | None) -> Path:
    output = command.output
    if command.output_is_folder:
        if image is None:
            raise UsageError(f"{output}: is a folder; name the file to write")
        output = output / image.name
        if _needs_alpha(command) and _is_jpeg(output):
            output = output.with_suffix(".png")
    elif len(command.images) > 1:
        raise UsageError(f"{output}: several pictures need a folder that exists")
    _check_suffix(output)
    if _needs_alpha(command) and _is_jpeg(output):
        raise UsageError(f"{output}: a JPEG cannot be transparent; use .png, .tif or .webp")
    check_folder(output.parent)
    if command.output_is_folder and image is not None and _same_file(output, image):
        raise UsageError(f"{image}: would be overwritten; choose another folder")
    return output


def _needs_alpha(command: OperationCommand) -> bool:
    return command.operation is Operation.CUT_OUT


def _is_jpeg(output: Path) -> bool:
    return output.suffix.lower() in _JPEG


def part_path(path: Path, name: str, *, is_transparent: bool) -> Path:
    """Where what was made beside a result goes: ``OUT-background.png`` beside ``OUT.png``."""
    suffix = ".png" if is_transparent and _is_jpeg(path) else path.suffix
    return path.with_name(f"{path.stem}-{name}{suffix}")


def part_name(part: LayerPart) -> str:
    return part.value.replace("_", "-")


def layer_name(number: int) -> str:
    """``number`` from 1, from the bottom."""
    return f"layer-{number}"


def numbered(path: Path, index: int, count: int) -> Path:
    """``path`` for variation ``index`` of ``count``: numbered from 1 when there are several."""
    return path if count == 1 else path.with_name(f"{path.stem}-{index + 1}{path.suffix}")


def _check_suffix(output: Path) -> None:
    if output.suffix.lower() not in SUFFIXES:
        named = f"unknown suffix {output.suffix}" if output.suffix else "no suffix"
        raise UsageError(f"{output}: {named}; use .png, .tif, .jpg or .webp")


def check_folder(folder: Path) -> None:
    """:raises UsageError: there is none of this name, or it cannot be written to"""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; create it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{folder}: cannot be written to; choose another folder")


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def _refuse_collisions(assignments: tuple[Assignment, ...], variations: int) -> None:
    taken: dict[Path, Path | None] = {}
    for assignment in assignments:
        for index in range(variations):
            output = assignment.variation(index, variations).resolve()
            if output in taken:
                raise UsageError(
                    f"{output.name}: two results would have this name; rename a picture"
                )
            taken[output] = assignment.image
