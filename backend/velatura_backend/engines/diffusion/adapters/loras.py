"""LoRAs: read once, put on a network for one painting, and taken off again.

The networks are shared between jobs, so nothing stays on them: what is kept between jobs is the
files, read and converted.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from diffusers.loaders.lora_base import set_adapters_for_text_encoder
from diffusers.utils.peft_utils import recurse_remove_peft_layers
from diffusers.utils.state_dict_utils import convert_unet_state_dict_to_peft
from torch import Tensor

from velatura_protocol.errors import ModelDamaged
from velatura_protocol.faults import ModelFault, NotFoundWhat

from ....models.records import InstalledModel, ModelKind, ModelShelf
from ..painting.contract import Lora, Notice
from .files import read_tensors, tensors_path
from .lora_layouts import unlike_lora
from .naming import named

_MOST_BYTES = 1 << 30
_TEXT_KEYS = ("lora_te", "text_encoder")
_LIBRARY_ERRORS = (ValueError, KeyError, RuntimeError, TypeError, AttributeError, IndexError)
"""What conversion and injection raise at files they were not written for."""


@dataclass(frozen=True)
class WeightedLora:
    model: InstalledModel
    weight: float


@dataclass(frozen=True)
class LoraState:
    """One side of a file, text or denoiser, converted: tensors by the library's names."""

    tensors: Mapping[str, Tensor]
    alphas: Mapping[str, float] | None
    metadata: Mapping[str, Any] | None

    @property
    def bytes(self) -> int:
        return sum(each.numel() * each.element_size() for each in self.tensors.values())


@dataclass
class LoraFiles:
    """The files last used, converted, up to a gigabyte."""

    _kept: OrderedDict[object, LoraState] = field(default_factory=OrderedDict[object, LoraState])

    def get(self, key: object, read: Callable[[], LoraState]) -> LoraState:
        if key not in self._kept:
            self._kept[key] = read()
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(e.bytes for e in self._kept.values()) > _MOST_BYTES:
            self._kept.popitem(last=False)
        return self._kept[key]


def chosen_loras(
    wanted: Sequence[Lora], shelf: ModelShelf, model: InstalledModel
) -> tuple[WeightedLora, ...]:
    """The installed ones, weights of the same one added up, those of weight 0 left out.

    In the order of their ids whatever the order asked for: sums of floats depend on it.

    :raises NotFound: one is not installed for the model's family
    """
    installed = shelf.of(ModelKind.LORA, model.family)
    weights: dict[str, WeightedLora] = {}
    for each in wanted:
        found = named(installed, each.model, NotFoundWhat.LORA)
        before = weights[found.id].weight if found.id in weights else 0.0
        weights[found.id] = WeightedLora(found, before + each.weight)
    return tuple(weights[key] for key in sorted(weights) if weights[key].weight != 0.0)


@contextmanager
def on_denoiser(
    denoiser: Any,
    name: str,
    pipeline: type[Any],
    loras: Sequence[WeightedLora],
    files: LoraFiles,
    device: str = "cpu",
) -> Iterator[None]:
    """``name``: the denoiser's among the pipeline's components. ``pipeline``: the class whose
    conversion is meant. ``device``: where it computes, wherever its weights wait.

    :raises ModelDamaged: a file cannot be read
    :raises Unsupported: it is no LoRA for this model; ``what`` tells what it looks like
    """
    try:
        for index, each in enumerate(loras):
            state = _denoiser_state(each.model, pipeline, name, denoiser, files)
            if state.tensors:
                _load(each.model, partial(_inject, denoiser, name, state, _adapter(index), device))
        present = [i for i in range(len(loras)) if _adapter(i) in _adapters_of(denoiser)]
        if present:
            denoiser.set_adapters(
                [_adapter(i) for i in present], [loras[i].weight for i in present]
            )
        yield
    finally:
        _take_off(denoiser)


@contextmanager
def on_text_encoders(
    encoders: Mapping[str, Any],
    pipeline: type[Any],
    loras: Sequence[WeightedLora],
    files: LoraFiles,
    device: str = "cpu",
) -> Iterator[tuple[Notice, ...]]:
    """``encoders`` by their component's name. Yields what there is to be told: a file whose text
    part the library cannot place acts on the denoiser alone.

    :raises ModelDamaged: a file cannot be read
    """
    notices: list[Notice] = []
    try:
        for index, each in enumerate(loras):
            state = _text_state(each.model, pipeline, files)
            if state is None:
                notices.append(Notice("lora_without_text", each.model.name))
                continue
            for name, encoder in encoders.items():
                if not _load_text(encoder, name, pipeline, state, _adapter(index), device):
                    notices.append(Notice("lora_without_text", each.model.name))
        for encoder in encoders.values():
            present = [i for i in range(len(loras)) if _adapter(i) in _adapters_of(encoder)]
            if present:
                set_adapters_for_text_encoder(
                    [_adapter(i) for i in present], encoder, [loras[i].weight for i in present]
                )
        yield tuple(dict.fromkeys(notices))
    finally:
        for encoder in encoders.values():
            _take_off(encoder)


def _denoiser_state(
    model: InstalledModel, pipeline: type[Any], name: str, denoiser: Any, files: LoraFiles
) -> LoraState:
    """Without tensors where the file is about texts alone."""

    def read() -> LoraState:
        tensors = read_tensors(model)
        own = {key: each for key, each in tensors.items() if not key.startswith(_TEXT_KEYS)}
        if not own and tensors:
            return LoraState({}, None, None)
        own = _with_prefix(own, name, denoiser)
        state = _load(model, lambda: _converted(own, pipeline, denoiser))
        if not any(key.startswith(f"{name}.") for key in state.tensors):
            raise unlike_lora(model.name, own)
        return state

    return files.get((*_stamp(model), pipeline.__name__, name), read)


def _text_state(model: InstalledModel, pipeline: type[Any], files: LoraFiles) -> LoraState | None:
    """None: there is one that the library cannot convert."""

    def read() -> LoraState:
        tensors = read_tensors(model)
        own = {key: each for key, each in tensors.items() if key.startswith(_TEXT_KEYS)}
        return _converted(own, pipeline, None) if own else LoraState({}, None, None)

    try:
        return files.get((*_stamp(model), pipeline.__name__, "text"), read)
    except _LIBRARY_ERRORS:
        return None


def _converted(tensors: Mapping[str, Tensor], pipeline: type[Any], denoiser: Any) -> LoraState:
    config = getattr(denoiser, "config", None)
    told = pipeline.lora_state_dict(
        dict(tensors), unet_config=config, return_lora_metadata=True, return_alphas=True
    )
    alphas = told[1] if len(told) == 3 else None
    return LoraState(told[0], alphas, told[-1])


def _with_prefix(tensors: Mapping[str, Tensor], name: str, denoiser: Any) -> dict[str, Tensor]:
    """Files saved from a denoiser alone name its parts without it, or as peft wraps them."""
    bare = {key.removeprefix("base_model.model."): each for key, each in tensors.items()}
    if all(hasattr(denoiser, key.partition(".")[0]) for key in bare):
        return {f"{name}.{key}": each for key, each in bare.items()}
    return bare


def _load(model: InstalledModel, work: Callable[[], Any]) -> Any:
    try:
        with _several_allowed():
            return work()
    except _LIBRARY_ERRORS as error:
        raise unlike_lora(model.name, read_tensors(model)) from error


@contextmanager
def _several_allowed() -> Iterator[None]:
    """peft wonders at every adapter after the first."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        yield


def _inject(denoiser: Any, name: str, state: LoraState, adapter: str, device: str) -> None:
    denoiser.load_lora_adapter(
        dict(state.tensors),
        prefix=name,
        network_alphas=state.alphas,
        adapter_name=adapter,
        metadata=state.metadata,
        low_cpu_mem_usage=True,
    )
    _place(denoiser, adapter, device, _as_injected(state, name))


def _load_text(
    encoder: Any, name: str, pipeline: type[Any], state: LoraState, adapter: str, device: str
) -> bool:
    """Whether it went: the library tells the layout by a key that some files do not have."""
    if not any(key.startswith(f"{name}.") for key in state.tensors):
        return True
    try:
        with _several_allowed():
            pipeline.load_lora_into_text_encoder(
                dict(state.tensors),
                state.alphas,
                encoder,
                prefix=name,
                adapter_name=adapter,
                metadata=state.metadata,
            )
    except _LIBRARY_ERRORS:
        return False
    _place(encoder, adapter, device, {})
    return True


def _take_off(network: Any) -> None:
    if not hasattr(network, "peft_config"):
        return
    recurse_remove_peft_layers(network)
    del network.peft_config
    network._hf_peft_config_loaded = False


def _as_injected(state: LoraState, name: str) -> dict[str, Tensor]:
    """The file's tensors by the names that they have once they are put on."""
    own = {
        key.removeprefix(f"{name}."): each
        for key, each in state.tensors.items()
        if key.startswith(f"{name}.")
    }
    return own if any("lora_A" in key for key in own) else convert_unet_state_dict_to_peft(own)


def _place(network: Any, adapter: str, device: str, exact: Mapping[str, Tensor]) -> None:
    """What was added computes in the network's type and on its device, also where the network's own
    weights wait in the host's memory or are stored in 8 bit, through which it went on its way:
    ``exact`` is what it was before."""
    dtype = network.dtype  # counted anew at each look
    for name, parameter in network.named_parameters():
        if f".{adapter}." in name:
            own = exact.get(name.replace(f".{adapter}.", "."), parameter.data)
            found = own if own.shape == parameter.shape else parameter.data
            parameter.data = found.to(device, dtype)


def _adapters_of(network: Any) -> Mapping[str, Any]:
    return getattr(network, "peft_config", None) or {}


def _adapter(index: int) -> str:
    return f"velatura_{index}"


def _stamp(model: InstalledModel) -> tuple[str, int, int]:
    """:raises ModelDamaged: the file is gone"""
    path = tensors_path(model)
    try:
        status = path.stat()
    except OSError as error:
        raise ModelDamaged(model=model.id, file=path.name, reason=ModelFault.MISSING) from error
    return str(path), status.st_mtime_ns, status.st_size
