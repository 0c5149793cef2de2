from __future__ import annotations

from velatura_backend.engines.diffusion.adapters.missing import (
    no_adapter,
    no_control,
    no_encoder,
    no_preprocessor,
)
from velatura_backend.models.records import Family


def test_what_is_offered_is_named_with_its_size():
    for error in (no_control("pose", Family.SDXL), no_adapter(Family.SD15)):
        assert error.params["model"]
        assert int(error.params["bytes"]) > 1_000_000


def test_what_is_not_offered_is_said_in_words():
    for error, word in (
        (no_control("scribble", Family.SD15), "scribble"),
        (no_preprocessor("pose"), "pose"),
    ):
        assert word in str(error.params["name"])
        assert error.params["model"] == ""
    assert no_encoder(7, "look").params["name"]
