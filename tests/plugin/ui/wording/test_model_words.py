"""What is said about models that are damaged, missing or did not come."""

from __future__ import annotations

import pytest

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.model_words import model_sentence
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.errors import (
    DownloadFailed,
    ErrorCode,
    LicenceNotAccepted,
    ModelDamaged,
    NoModel,
    NotFound,
    Unsupported,
    VelaturaError,
    Withheld,
)
from velatura_protocol.faults import DownloadFault, ModelFault


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ModelDamaged(model="sd15", file="unet/weights.safetensors", reason="hash"),
            "A file of the model “sd15” is not what was installed: unet/weights.safetensors. "
            "Install it again.",
        ),
        (
            ModelDamaged(model="sd15", file="a", reason=ModelFault.BAD_HEADER),
            "The model “sd15” cannot be used (a): its head breaks the rules of safetensors files. "
            "Install it again.",
        ),
        (
            ModelDamaged(model="sd15", file="a", reason="eaten by {a goat}"),
            "The model “sd15” cannot be used (a): eaten by {a goat}. Install it again.",
        ),
        (
            ModelDamaged(model="ink", file="a", reason=ModelFault.OTHER_KIND, kind="lora"),
            "The model “ink” cannot be used (a): it is a LoRA. Install it again.",
        ),
        (
            NoModel(model="sd15", name="Stable Diffusion 1.5", bytes=2_130_000_000),
            "This takes a model. The smallest that can do it is Stable Diffusion 1.5, 2.1 GB.",
        ),
        (NoModel(), "This takes a model, and none that could do it is installed."),
        (
            LicenceNotAccepted(model="x", licence="OpenRAIL-M"),
            "The licence OpenRAIL-M has conditions. Read it, and agree to it first.",
        ),
        (
            DownloadFailed(reason="broken off"),
            "The download broke off. What has come is kept; go on when you like.",
        ),
        (
            DownloadFailed(reason=DownloadFault.STATUS, status=503),
            "The server of the models refused (status 503). What has come is kept; try another "
            "mirror, or later.",
        ),
        (
            DownloadFailed(reason="tired"),
            "The download failed (tired). What has come is kept.",
        ),
        (
            NoModel(model="", name="", bytes=0, kind="control", detail="scribble"),
            "This takes a control network for “scribble”, and none is installed.",
        ),
        (
            NoModel(model="", name="", bytes=0, kind="preprocessor", detail="pose"),
            "This takes a network that finds poses. Import the folder of a ViTPose.",
        ),
        (
            NoModel(model="", name="", bytes=0, kind="preprocessor", detail="smells"),
            "This takes a network that finds “smells” in pictures, and none is installed.",
        ),
        (
            NoModel(model="", name="a control network for scribble", bytes=0),
            "This takes a control network for scribble, and none is installed.",
        ),
        (
            Unsupported(name="ink", what=ModelFault.LORA_LAYOUT, title="LoHa"),
            "“ink” cannot be used here: it is a LoRA of a sort that is not supported (LoHa).",
        ),
        (
            Unsupported(what=ModelFault.FOREIGN, title="Chroma"),
            "No engine here can use it: it belongs to Chroma, which is not supported.",
        ),
        (
            Withheld(),
            "The safety filter held the result back. Try other words, or switch it off.",
        ),
        (NotFound(what="model", id="x"), "There is no model called “x”."),
        (NotFound(what="models in", id="x"), "There is no model in “x”."),
        (
            Unsupported(what="pickle"),
            "It is a PyTorch file, which may hold programs. Import it alone to convert it.",
        ),
    ],
)
def test_what_is_said(error: VelaturaError, expected: str) -> None:
    assert sentence(error) == expected


def test_other_errors_are_not_ours() -> None:
    assert model_sentence(ErrorCode.DISK_FULL, {}, Translations()) is None
    assert model_sentence(ErrorCode.NOT_FOUND, {"what": "job"}, Translations()) is None
