"""Words in the real Krita, painted by the real backend with a small model that was taught."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("diffusers")

from tests.hosts.krita.editor import Editor
from tests.hosts.krita.prompts import WALK_SECONDS, walk


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 120)
def test_words_are_painted_into_the_selection(krita: Editor, shared: Path) -> None:
    notes = walk(krita, shared).notes
    painted, accepted, models = notes["painted"], notes["accepted"], notes["models"]
    assert isinstance(painted, dict)
    assert isinstance(accepted, dict)
    assert isinstance(models, dict)
    assert (painted["status"], painted["error"]) == ("finished", "")
    assert painted["variations"] == 3
    assert accepted["layers"][1].startswith("a red disc on wood")
    red, green, blue = accepted["colour"]
    assert red > 1.5 * max(green, blue), "red, on ground that is brown"
    assert models["listed"][0] == "tiny-inpaint"
    assert not models["form"]
