"""What a model file is, told by what is in it: never by its name, and without loading it.

A single safetensors file is told by the names and shapes in its header, a folder of the diffusers
library by its configuration files and the headers of its weights. Standard library alone: the store
asks before anything heavy is installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import Unsupported

from ...models.records import Family, ModelForm, ModelKind, Variant


@dataclass(frozen=True)
class Recognised:
    """``detail``: what the kind needs beside its family. For a control network ``union`` or the
    kind of control where the file tells it; for an upscaler its architecture; for a LoRA its
    layout; for an IP-adapter ``plus`` or ``base``; for a VAE the number of latent channels.

    ``missing``: components of the family's pipeline that this file or folder does not bring and
    that another installed model must lend (``text_encoder``, ``vae`` …). ``precision``: the type
    most of its numbers have, as the file spells it (``F16``, ``BF16``, ``F32``, ``F8_E4M3``).
    ``parameters``: how many numbers the denoiser (or the only network) has.
    """

    kind: ModelKind
    form: ModelForm
    family: Family
    variant: Variant = Variant.BASE
    distilled: bool = False
    detail: str = ""
    missing: tuple[str, ...] = ()
    precision: str = ""
    parameters: int = 0


def recognise(path: Path) -> Recognised:
    """What lies at ``path``: a ``.safetensors`` file or a folder of the diffusers library.

    :raises velatura_protocol.errors.NotFound: there is nothing
    :raises velatura_protocol.errors.UnreadableFile: not a whole safetensors file or folder
    :raises velatura_protocol.errors.Unsupported: readable, but nothing that engines can run;
        ``what`` tells what it looks like, ``supported`` what would do
    """
    raise Unsupported(what=path.suffix)
