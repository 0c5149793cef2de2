"""Colour look-up tables for other programs: HaldCLUT pictures and ``.cube`` text.

A *lattice* is (n, n, n, 3) float32, indexed ``[blue, green, red]``: the colour that becomes of
``(red, green, blue) / (n - 1)``. That order, red fastest, is the one in which both formats list
their entries, so that a lattice is a Hald picture reshaped.

HaldCLUT: http://www.quelsolaar.com/technology/clut.html (level L: n = L², a picture of side L³).
``.cube``: Adobe's Cube LUT Specification 1.0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.errors import Unsupported

Lattice = NDArray[np.float32]
Colours = NDArray[np.float32]


def identity_lattice(side: int) -> Lattice:
    """Every colour becomes itself."""
    steps = np.linspace(0.0, 1.0, side, dtype=np.float32)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def hald_of(lattice: Lattice) -> Colours:
    """The (L³, L³, 3) picture of a lattice of side L².

    :raises ValueError: the side is no square number
    """
    level = round(len(lattice) ** 0.5)
    if level * level != len(lattice):
        raise ValueError(f"a Hald picture of a lattice of side {len(lattice)} does not exist")
    return lattice.reshape(level**3, level**3, 3)


def lattice_of(hald: NDArray[np.floating]) -> Lattice:
    """The lattice of a Hald picture (side, side, 3 | 4); alpha is left out.

    :raises Unsupported: ``what="hald"``: not a square whose side is a cube number
    """
    level = round(hald.shape[0] ** (1.0 / 3.0))
    if level < 2 or hald.shape[:2] != (level**3, level**3):
        raise Unsupported(what="hald")
    side = level * level
    return np.ascontiguousarray(hald[..., :3], np.float32).reshape(side, side, side, 3)


def looked_up(lattice: Lattice, colours: Colours) -> Colours:
    """What becomes of ``colours`` (…, 3), by tetrahedral interpolation; they are clipped to 0..1.

    In each cube of the lattice a colour lies in one of the six tetrahedra around the grey diagonal,
    so that greys depend on greys alone (Kasson et al., SPIE 1995).
    """
    last = len(lattice) - 1
    place = np.clip(colours.reshape(-1, 3), 0.0, 1.0) * last
    cell = np.minimum(place.astype(np.intp), max(0, last - 1))
    fraction = place - cell
    order = np.argsort(-fraction, axis=1, kind="stable")
    falling = np.take_along_axis(fraction, order, axis=1)
    corner = cell.copy()
    result = (1.0 - falling[:, :1]) * _nodes(lattice, corner)
    rows = np.arange(len(corner))
    for step in range(3):
        corner[rows, order[:, step]] += int(last > 0)
        following = falling[:, step + 1 : step + 2] if step < 2 else 0.0
        result += (falling[:, step : step + 1] - following) * _nodes(lattice, corner)
    return result.reshape(colours.shape).astype(np.float32)


def _nodes(lattice: Lattice, corner: NDArray[np.intp]) -> Colours:
    return lattice[corner[:, 2], corner[:, 1], corner[:, 0]]


def resampled(lattice: Lattice, side: int) -> Lattice:
    """The same table with another number of steps."""
    if len(lattice) == side:
        return lattice
    return looked_up(lattice, identity_lattice(side))


def cube_text(lattice: Lattice, title: str) -> str:
    """The lattice as a ``.cube`` file. Quotes and line ends in the title become spaces."""
    plain = " ".join(title.replace('"', " ").split())
    head = f'TITLE "{plain}"\nLUT_3D_SIZE {len(lattice)}\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n'
    rows = lattice.reshape(-1, 3).tolist()
    return head + "".join(f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in rows)


def cube_of_hald(hald: NDArray[np.floating], title: str, side: int = 0) -> str:
    """A Hald picture (side, side, 3 | 4), values 0..1, as ``.cube`` text with ``side`` steps; 0:
    with all of the picture's, which for level 8 is 64 and 7 MB.

    :raises Unsupported: ``what="hald"``: it is none
    """
    lattice = lattice_of(hald)
    return cube_text(resampled(lattice, side) if side else lattice, title)


def read_cube(text: str) -> Lattice:
    """The lattice of a 3D ``.cube`` file over 0..1.

    :raises Unsupported: ``what="cube"``: one-dimensional, another domain, or broken
    """
    side = 0
    entries: list[list[float]] = []
    try:
        for line in text.splitlines():
            words = line.split()
            if not words or words[0].startswith("#") or words[0] == "TITLE":
                continue
            if words[0] == "LUT_3D_SIZE":
                side = int(words[1])
            elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
                _check_domain(words)
            else:
                entries.append([float(word) for word in words])
        table = np.array(entries, np.float32)
    except (ValueError, IndexError):
        raise Unsupported(what="cube") from None
    if side < 2 or table.shape != (side**3, 3):
        raise Unsupported(what="cube")
    return table.reshape(side, side, side, 3)


def _check_domain(words: list[str]) -> None:
    wanted = 0.0 if words[0] == "DOMAIN_MIN" else 1.0
    if [float(word) for word in words[1:]] != [wanted] * 3:
        raise ValueError("another domain")
