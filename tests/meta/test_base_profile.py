"""Without the diffusion profile its tests are left out, file by file; none may fail for want of
it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_COLLECTED = """
import sys

MISSING = {names!r}

class Without:
    def __init__(self, finder):
        self._finder = finder

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            return None
        return self._finder.find_spec(name, path, target)

sys.meta_path[:] = [Without(each) for each in sys.meta_path]
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "-r", "E", "-p", "no:cacheprovider", *{folders!r}]))
"""
_NAMES = (
    "accelerate", "diffusers", "einops", "open_clip", "peft", "safetensors", "spandrel",
    "tokenizers", "torch", "transformers",
)  # fmt: skip
_FOLDERS = ("tests/backend", "tests/cli", "tests/e2e", "tests/installer", "tests/models")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_test_can_be_looked_at_without_the_profile() -> None:
    code = _COLLECTED.format(names=_NAMES, folders=_FOLDERS)
    root = Path(__file__).parents[2]
    looked = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert looked.returncode == 0, looked.stdout[-4000:] + looked.stderr[-2000:]
