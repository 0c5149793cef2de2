"""What is said about results that came, though not quite as they were asked for."""

from __future__ import annotations

import pytest

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.remark_words import remark_text
from velatura_protocol.messages import Remark


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        (
            Remark("stepped_down", "offloaded"),
            "Memory was short: parts of the model took turns, which takes longer.",
        ),
        (
            Remark("prompt_truncated", "and {a} cat"),
            "The prompt is too long for this model. Not read: “and {a} cat”.",
        ),
        (
            Remark("weights_ignored"),
            "This model does not weigh words; the weights were left out.",
        ),
        (
            Remark("layers_joined"),
            "Only one layer can go there: the layers came as one picture.",
        ),
        (
            Remark("lora_without_text", "inks"),
            "“inks” works on the picture alone, not on the words.",
        ),
        (Remark("stepped_down", "beyond"), ""),
        (Remark("of_a_newer_backend", "x"), ""),
    ],
)
def test_each_remark_has_its_sentence(remark: Remark, expected: str) -> None:
    assert remark_text(remark, Translations()) == expected


@pytest.mark.parametrize("rung", ["half", "tiled", "offloaded", "streamed", "eight_bit", "smaller"])
def test_every_rung_that_costs_something_is_told(rung: str) -> None:
    assert remark_text(Remark("stepped_down", rung), Translations()).startswith("Memory was short")
