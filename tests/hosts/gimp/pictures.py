"""``python -m tests.hosts.gimp.pictures``: pictures for docs/gimp.md and the read me, made by
clicking through the real GIMP."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from tests.hosts.gimp.panels import panels
from tests.hosts.krita.errand import errands
from tests.hosts.krita.profile import TREE
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder
from velatura_plugin.ui.welcome import SEEN

OUT = TREE / "docs/images/gimp"
WALK = "tests.hosts.gimp.inside.showing"
QUALITY = 88
_SECONDS = 400.0
_CANVAS = (380, 90, 1180, 650)
"""What of the screen is the picture."""
_PANEL = (1220, 40, 1560, 860)
_GAP = 8
_WHOLE_SCREEN = frozenset({"idle", "staging", "accepted"})


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as shared:
        shots = shared / "pictures"
        shots.mkdir()
        _take(shared, shots)
        for each in sorted(shots.glob("*.png")):
            with Image.open(each) as image:
                area = image.getbbox() if each.stem in _WHOLE_SCREEN else _PANEL
                image.convert("RGB").crop(area).save(OUT / f"{each.stem}.webp", quality=QUALITY)
        _before_after(shots).save(OUT / "before_after.webp", quality=QUALITY)


def _take(shared: Path, shots: Path) -> None:
    root = ensure_root(TRIXIE, print)
    with (
        panels(root, shared, shared / "panel") as gimp,
        errands(shared / "work", start_backend=False, remembered={SEEN: "yes"}) as backend,
    ):
        environment = {**backend.environment(shots), "VELATURA_DRIVE_SCALE": "2"}
        gimp.walk(WALK, environment, shots, _SECONDS)


def _before_after(shots: Path) -> Image.Image:
    pictures = [Image.open(shots / f"{name}.png").crop(_CANVAS) for name in ("idle", "accepted")]
    width, height = pictures[0].size
    sheet = Image.new("RGB", (2 * width + _GAP, height), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place * (width + _GAP), 0))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
