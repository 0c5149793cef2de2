"""One walk through Krita with the small model that was really taught, for a test and for the docs:
``python -m tests.hosts.krita.prompts`` takes the pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.e2e.command import CommandLine
from tests.hosts.krita.editor import TREE, Editor, Outcome
from tests.hosts.krita.errand import errands
from tests.hosts.krita.pictures import OUT, QUALITY
from tests.hosts.krita.profile import warm_profile
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder
from tests.hosts.root.session import session
from tests.models.scenes.grounds import ground_picture
from tests.models.scenes.words import Ground

MODEL = TREE / "tests/models/tiny_inpaint"
WALK_SECONDS = 520
_SIDE = 128
"""What the model was taught on."""


def walk(krita: Editor, shared: Path) -> Outcome:
    """What the walk noted; its screenshots are in ``shared``."""
    board = shared / "board.png"
    ground = ground_picture(Ground.WOOD, (_SIDE, _SIDE), np.random.default_rng(7))
    Image.fromarray(np.rint(ground * 255).astype(np.uint8)).convert("RGBA").save(board)
    with errands(shared / "prompts", start_backend=False) as backend:
        command = CommandLine(backend.data, shared)
        imported = command("models", "import", MODEL, "--name", "Tiny inpaint")
        assert imported.code == 0, imported.err
        return krita.drive(
            "tests.hosts.krita.inside.prompting",
            {**backend.environment(shared), "VELATURA_DRIVE_PICTURE": str(board)},
            path=krita.paths(),
            seconds=WALK_SECONDS,
        )


def main() -> None:
    root = ensure_root(TRIXIE, print)
    with scratch_folder() as shared, session(root, [TREE, shared], shared) as display:
        profile = warm_profile(display, shared / "profile")
        profile.install()
        walk(Editor(display, profile.folder), shared)
        for name in ("prompt", "models"):
            with Image.open(shared / f"{name}.png") as image:
                image.convert("RGB").save(OUT / "dark" / f"{name}.webp", quality=QUALITY)


if __name__ == "__main__":
    main()
