"""The rendered pictures, kept on disk: drawn once, in order, while training already runs.

``python -m training.gallery FOLDER --count 1000`` draws; picture i is the same on every machine.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .scenes.compose import picture

SIDE = 384
_PATIENCE_SECONDS = 1800.0


@dataclass(frozen=True)
class Gallery:
    """One ``.npy`` file a picture."""

    folder: Path

    def path(self, index: int) -> Path:
        return self.folder / f"{index:05d}.npy"

    def draw(self, count: int) -> None:
        """The pictures that are missing of the first ``count``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for index in range(count):
            if not self.path(index).exists():
                self._keep(index, picture(index, SIDE))

    def _keep(self, index: int, pixels: NDArray[np.uint8]) -> None:
        draft = self.path(index).with_suffix(".draft")
        with draft.open("wb") as file:
            np.save(file, pixels)
        draft.rename(self.path(index))

    def load(self, index: int) -> NDArray[np.uint8]:
        """(SIDE, SIDE, 3); waits for whoever draws it.

        :raises TimeoutError: nobody does
        """
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self.path(index).exists():
            if time.monotonic() > end:
                raise TimeoutError(f"picture {index} is not in {self.folder}")
            time.sleep(0.5)
        return np.load(self.path(index))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    Gallery(arguments.folder).draw(arguments.count)


if __name__ == "__main__":
    main()
