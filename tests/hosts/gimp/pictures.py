"""``python -m tests.hosts.gimp.pictures``: pictures for docs/gimp.md and the read me, made by
clicking through the real GIMP."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageChops

from tests.hosts.gimp.panels import panels
from tests.hosts.krita.errand import errands
from tests.hosts.krita.profile import TREE
from tests.hosts.root.build import ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder
from velatura_plugin.ui.pages.welcome import SEEN

OUT = TREE / "docs/images/gimp"
WALK = "tests.hosts.gimp.inside.showing"
QUALITY = 88
_SECONDS = 400.0
_CANVAS = (216, 84, 1216, 950)
_PANEL = (1220, 40, 1560, 860)
_GAP = 8
_MARGIN = 8
_DIFFERENT = 12
_WHOLE_SCREEN = frozenset({"idle", "staging", "accepted"})


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as shared:
        shots = shared / "pictures"
        shots.mkdir()
        _take(shared, shots)
        for each in sorted(shots.glob("*.png")):
            with Image.open(each) as image:
                whole = image.convert("RGB")
                shown = whole if each.stem in _WHOLE_SCREEN else _panel(whole.crop(_PANEL))
                shown.save(OUT / f"{each.stem}.webp", quality=QUALITY)
        _before_after(shots).save(OUT / "before_after.webp", quality=QUALITY)


def _take(shared: Path, shots: Path) -> None:
    root = ensure_root(TRIXIE, print)
    with (
        panels(root, shared, shared / "panel") as gimp,
        errands(shared / "work", start_backend=False, remembered={SEEN: "yes"}) as backend,
    ):
        environment = {**backend.environment(shots), "VELATURA_DRIVE_SCALE": "2"}
        gimp.walk(WALK, environment, shots, _SECONDS)


def _panel(shown: Image.Image) -> Image.Image:
    """As far down as there is anything."""
    _, _, _, bottom = _filled(shown)
    return shown.crop((0, 0, shown.width, min(shown.height, bottom + _MARGIN)))


def _before_after(shots: Path) -> Image.Image:
    screens = [Image.open(shots / f"{name}.png") for name in ("idle", "accepted")]
    pictures = [each.convert("RGB").crop(_CANVAS) for each in screens]
    place = _filled(pictures[0])
    width, height = place[2] - place[0], place[3] - place[1]
    sheet = Image.new("RGB", (2 * width + _GAP, height), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture.crop(place), (number * (width + _GAP), 0))
    return sheet


def _filled(shown: Image.Image) -> tuple[int, int, int, int]:
    """Where it is not as its lower right corner is."""
    corner = (shown.width - 1, shown.height - 1)
    ground = Image.new("RGB", shown.size, shown.getpixel(corner))
    other = ImageChops.difference(shown, ground).convert("L")
    return other.point([255 * (value > _DIFFERENT) for value in range(256)]).getbbox()


if __name__ == "__main__":
    sys.exit(main())
