"""``python -m tests.hosts.krita.pictures [NAME …]``: the panel in every state, for the docs.

Each set is one walk through the real Krita: in the dark, as most use it; in German on a light theme
in a docker as narrow as it gets.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests.hosts.krita.editor import TREE, Editor
from tests.hosts.krita.errand import errands
from tests.hosts.krita.profile import warm_profile
from tests.hosts.root.build import Root, ensure_root
from tests.hosts.root.recipes import TRIXIE
from tests.hosts.root.scratch import scratch_folder
from tests.hosts.root.session import session

OUT = TREE / "docs/images/krita"
QUALITY = 88
WALK_SECONDS = 300.0
WALK, CHOOSING = "tests.hosts.krita.inside.panel", "tests.hosts.krita.inside.choosing"


@dataclass(frozen=True)
class Look:
    """``kritarc``: lines of Krita's settings. ``settings``: the plug-in's own. ``crop``: left, top,
    right and bottom of what is kept."""

    kritarc: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    crop: tuple[int, int, int, int] = (0, 0, 1600, 1000)


LOOKS = {
    "dark": Look(),
    "light-german-narrow": Look(
        "[theme]\nTheme=Krita bright\n",
        {"VELATURA_DRIVE_WIDTH": "240"},
        {"language": "de"},
        (1320, 40, 1600, 1000),
    ),
}


def main(names: list[str]) -> None:
    root = ensure_root(TRIXIE, print)
    for name in names or LOOKS:
        print(f"{name}: {take(root, LOOKS[name], OUT / name)} pictures")  # noqa: T201


def take(root: Root, look: Look, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as shared, session(root, [TREE, shared], shared) as display:
        profile = warm_profile(display, shared / "profile")
        profile.install()
        with (profile.folder / "config/kritarc").open("a") as settings:
            settings.write(look.kritarc)
        editor = Editor(display, profile.folder)
        with errands(shared / "walk", start_backend=False, **look.settings) as backend:
            variables = {**backend.environment(shared), **look.variables}
            editor.drive(WALK, variables, path=editor.paths(), seconds=WALK_SECONDS)
        with errands(shared / "choosing", start_backend=False, **look.settings) as backend:
            variables = {**backend.environment(shared), **look.variables}
            editor.drive(CHOOSING, variables, path=editor.paths(), seconds=WALK_SECONDS)
        taken = sorted(shared.glob("*.png"))
        for each in taken:
            with Image.open(each) as image:
                image.convert("RGB").crop(look.crop).save(
                    folder / f"{each.stem}.webp", quality=QUALITY
                )
        return len(taken)


if __name__ == "__main__":
    main(sys.argv[1:])
