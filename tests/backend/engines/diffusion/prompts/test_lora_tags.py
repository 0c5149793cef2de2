from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.painting.contract import Lora
from velatura_backend.engines.diffusion.prompts.lora_tags import without_lora_tags
from velatura_protocol.errors import BadTask


@pytest.mark.parametrize(
    ("prompt", "text", "loras"),
    [
        ("a cat", "a cat", ()),
        ("a cat <lora:ink:0.8>", "a cat", (Lora("ink", 0.8),)),
        ("<lora:ink>, a cat", "a cat", (Lora("ink", 1.0),)),
        ("a, <lora:ink:.5>, b", "a, b", (Lora("ink", 0.5),)),
        ("a <LORA:my ink v2:-0.5> b", "a  b", (Lora("my ink v2", -0.5),)),
        ("<lora:a:0.5:0.9><lora:b:>", "", (Lora("a", 0.5), Lora("b", 1.0))),
        ("<lora:a:0.5> x <lora:a:0.25>", "x", (Lora("a", 0.75),)),
        (r"a \<lora:ink:1>", r"a \<lora:ink:1>", ()),
        ("a <b> <lora:", "a <b> <lora:", ()),
        ("<lora:a:99>", "", (Lora("a", 10.0),)),
    ],
)
def test_tags_are_taken_out(prompt, text, loras):
    assert without_lora_tags(prompt) == (text, loras)


@pytest.mark.parametrize("weight", ["strong", "1,0", "nan", "inf", "0.8.1"])
def test_a_weight_that_is_no_number_is_told_without_quoting_the_prompt(weight):
    with pytest.raises(BadTask) as caught:
        without_lora_tags(f"a secret <lora:ink:{weight}>")
    assert caught.value.params["field"] == "prompt"
    assert "secret" not in str(caught.value)


@given(st.text(st.sampled_from("<>lora:ink0.8 ,\\"), max_size=50))
def test_any_text_is_read_or_refused(text):
    try:
        left, loras = without_lora_tags(text)
    except BadTask:
        return
    assert without_lora_tags(left)[1] == () or loras
