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


def test_what_is_not_offered_is_told_by_its_kind():
    for error, kind, detail in (
        (no_control("scribble", Family.SD15), "control", "scribble"),
        (no_preprocessor("pose"), "preprocessor", "pose"),
    ):
        assert (error.params["kind"], error.params["detail"]) == (kind, detail)
        assert error.params["name"] == error.params["model"] == ""
    assert no_encoder(7, "look").params["name"]
