from __future__ import annotations

import inspect

from velatura_backend.engines.diffusion.adapters.plain_wording import PlainWording


class Pipeline:
    tokenizer = "tokens"

    def encode_prompt(self, prompt, device=None, negative_prompt=None, max_sequence_length=512):
        return prompt, device, negative_prompt, max_sequence_length


def test_the_notation_is_taken_out_and_the_rest_handed_on():
    plain = PlainWording(Pipeline(), lambda text: text.upper())
    found = plain.encode_prompt(prompt="a (red:1.3) disc", negative_prompt="[blue]", device="cpu")
    assert found == ("a red disc", "cpu", "blue", 512)
    assert plain.encode_prompt(prompt="a \\(b\\)") == ("a (b)", None, None, 512)
    assert plain.tokenizer == "tokens"
    assert plain.dropped_words("(a:1.2)") == "A"


def test_it_is_called_as_the_pipelines_own_is():
    plain = PlainWording(Pipeline(), str)
    assert list(inspect.signature(plain.encode_prompt).parameters) == [
        "prompt", "device", "negative_prompt", "max_sequence_length",
    ]  # fmt: skip
