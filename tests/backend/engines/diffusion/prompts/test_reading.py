from __future__ import annotations

from velatura_backend.engines.diffusion.painting.contract import Lora, Wording
from velatura_backend.engines.diffusion.prompts.reading import read_prompt


def test_a_prompt_is_read_with_its_wildcards_and_tags():
    read = read_prompt("{a|a} (cat:1.2) <lora:{ink|ink}:0.8>", "{blur|blur} <lora:x>", seed=3)
    assert read.wording == Wording("a (cat:1.2)", "blur")
    assert read.loras == (Lora("ink", 0.8),)


def test_seeds_draw_and_the_prompt_does_not_depend_on_what_is_avoided():
    prompt = "{red|green|blue} {disc|square}"
    seen = [read_prompt(prompt, "", seed).wording.prompt for seed in range(40)]
    assert len(set(seen)) == 6
    assert seen == [read_prompt(prompt, "{a|b}", seed).wording.prompt for seed in range(40)]
