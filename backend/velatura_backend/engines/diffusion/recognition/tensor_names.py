"""The tensors of a model as their names and shapes alone: what recognition looks at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path

from velatura_protocol.errors import UnreadableFile, Unsupported
from velatura_protocol.faults import ModelFault

from ....models.safetensors_header import FileSort, Tensor, file_sort, read_header

_WRAPPERS = ("model.diffusion_model.", "diffusion_model.", "transformer.", "unet.")
"""What checkpoints of whole pipelines put before the denoiser's own names."""


@dataclass(frozen=True)
class TensorNames:
    """``metadata``: texts that who wrote the file left in it."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def has(self, *names: str) -> bool:
        """All of them."""
        return all(name in self.tensors for name in names)

    def shape(self, name: str) -> tuple[int, ...]:
        """Empty if there is no such tensor."""
        return self.tensors[name].shape if name in self.tensors else ()

    def starts(self, *prefixes: str) -> bool:
        """Whether any name begins with any of them."""
        return any(name.startswith(prefixes) for name in self.tensors)

    def contains(self, *parts: str) -> bool:
        return any(part in name for name in self.tensors for part in parts)

    def ending(self, *suffixes: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Names and shapes, in the file's order."""
        for name, tensor in self.tensors.items():
            if name.endswith(suffixes):
                yield name, tensor.shape

    def under(self, prefix: str) -> TensorNames:
        """Those below a prefix, without it."""
        size = len(prefix)
        below = {
            name[size:]: tensor for name, tensor in self.tensors.items() if name.startswith(prefix)
        }
        return TensorNames(below, self.metadata)

    def only(self, *prefixes: str) -> TensorNames:
        """Those below any of the prefixes, with them."""
        return self._chosen(lambda name: name.startswith(prefixes))

    def without(self, *prefixes: str) -> TensorNames:
        return self._chosen(lambda name: not name.startswith(prefixes))

    def _chosen(self, wanted: Callable[[str], bool]) -> TensorNames:
        chosen = {name: each for name, each in self.tensors.items() if wanted(name)}
        return TensorNames(chosen, self.metadata)

    def count(self, prefix: str) -> int:
        """How many numbered parts there are below ``prefix``: ``blocks.`` of ``blocks.0.…``."""
        size = len(prefix)
        numbers = {name[size:].split(".", 1)[0] for name in self.tensors if name.startswith(prefix)}
        return sum(each.isdigit() for each in numbers)

    @cached_property
    def wrapper(self) -> str:
        """What a checkpoint of a whole pipeline puts before the denoiser's names; empty if it does
        not."""
        return next((each for each in _WRAPPERS if self.starts(each)), "")

    @cached_property
    def denoiser(self) -> TensorNames:
        """Under their names without that."""
        return self.under(self.wrapper) if self.wrapper else self

    @property
    def parameters(self) -> int:
        return sum(prod(tensor.shape) for tensor in self.tensors.values())

    @property
    def precision(self) -> str:
        """The type that most of the numbers have."""
        counts: Counter[str] = Counter()
        for tensor in self.tensors.values():
            counts[tensor.dtype] += prod(tensor.shape)
        return counts.most_common(1)[0][0] if counts else ""

    def told(self, *words: str) -> bool:
        """Whether the metadata about the model's architecture or title have one of the words."""
        texts = [
            value.lower() for key, value in self.metadata.items() if key.startswith("modelspec.")
        ]
        return any(word in text for word in words for text in texts)


def names_in_file(path: Path) -> TensorNames:
    """:raises NotFound, UnreadableFile: see :func:`~...models.safetensors_header.read_header`
    :raises Unsupported: another format
    """
    sort = file_sort(path)
    if sort is FileSort.PICKLE:
        raise Unsupported(what=ModelFault.PICKLE, supported="safetensors")
    if sort is FileSort.GGUF:
        raise Unsupported(what=ModelFault.GGUF, supported="safetensors")
    header = read_header(path)
    return TensorNames(header.tensors, header.metadata)


def names_in_folder(folder: Path) -> TensorNames:
    """Of all weights in a component's folder, in one file or several.

    :raises UnreadableFile: there are none, or one of them is damaged
    :raises Unsupported: only in other formats
    """
    files = _weight_files(folder)
    if not files and any(folder.glob("*.bin")):
        raise Unsupported(what=ModelFault.PICKLE, supported="safetensors")
    if not files:
        raise UnreadableFile(reason=ModelFault.NO_WEIGHTS)
    tensors: dict[str, Tensor] = {}
    for path in files:
        tensors |= read_header(path).tensors
    return TensorNames(tensors)


def _weight_files(folder: Path) -> list[Path]:
    """Those that the library would read: all shards of an index, or the one file; the ones of half
    precision only where there are no others."""
    for infix in ("", ".fp16"):
        for index in sorted(folder.glob(f"*.safetensors.index{infix}.json")):
            return _shards(index)
        whole = [
            folder / f"{stem}{infix}.safetensors" for stem in ("diffusion_pytorch_model", "model")
        ]
        found = [path for path in whole if path.is_file()]
        if found:
            return found
    return []


def _shards(index: Path) -> list[Path]:
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UnreadableFile(reason=ModelFault.UNREADABLE, detail=index.name) from error
    return [index.parent / Path(str(name)).name for name in sorted(names)]
