"""A real backend with a model that takes pictures apart, installed as a user installs it: tiny, of
random weights, so that its layers are noise."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.stacked import COUNT, ENGINE, PROMPT, SEED, SIZE, STEPS, picture, whole_mask
from tests.support import tiny_pipelines
from velatura_protocol.pixels import Depth, Layout, PixelFormat

AS_FILE = "VELATURA_DRIVE_AS_FILE"
"""Where the same job's result lies as a file's: red, green and blue, eight bits."""
_LOADING_SECONDS = 500.0
"""Libraries and networks, on a machine that does other things too."""


@contextmanager
def layered_backend(folder: Path) -> Iterator[Mapping[str, str]]:
    """What an editor has to know of it. It has done the job before, for a file: what it has to
    load is loaded, and there is something to compare with."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copytree(tiny_pipelines.folder("qwen-image-layered"), folder / "tiny layered")
    velatura = CommandLine(folder / "data", folder)
    with running_backend(velatura):
        imported = velatura("models", "import", "tiny layered")
        assert imported.code == 0, imported.err
        done = _as_file(velatura)
        yield {"VELATURA_DATA_DIR": str(velatura.data_directory), AS_FILE: str(done)}


def _as_file(velatura: CommandLine) -> Path:
    folder, form = velatura.folder, PixelFormat(Depth.U8, Layout.RGBA)
    shape = (SIZE.height, SIZE.width)
    pixels = np.frombuffer(bytes(picture(form).data), np.uint8).reshape(*shape, 4)
    Image.fromarray(pixels[..., :3].copy()).save(folder / "in.png")
    mask = np.frombuffer(whole_mask(), np.uint8).reshape(shape)
    Image.fromarray(mask).save(folder / "mask.png")
    ended = velatura(
        "fill", "in.png", "--mask", "mask.png", "--intent", "fill", "--engine", ENGINE,
        "--prompt", PROMPT, "--seed", str(SEED), "--param", f"layers={COUNT}",
        "--param", f"steps={STEPS}", "-o", "out.png", timeout=_LOADING_SECONDS,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    with Image.open(folder / "out.png") as image:
        assert image.mode == "RGB"
        (folder / "out.rgb").write_bytes(image.tobytes())
    return folder / "out.rgb"
