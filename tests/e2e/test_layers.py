"""A model that takes pictures apart: as files on the command line, as a group of layers in an
editor."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("diffusers")

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.e2e.test_plugin_roundtrip import connect, plugin
from tests.plugin.desk import noise
from tests.support import tiny_pipelines
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import LayerKind
from velatura_plugin.host.samples import crop
from velatura_plugin.state.state import JobStatus
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Intent, Operation

pytestmark = [
    # The library's own: it hands tensors to numpy as numpy 1 took them.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

ENGINE = "tiny-layered"


@pytest.fixture(scope="module")
def velatura(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    folder = tmp_path_factory.mktemp("layers")
    shutil.copytree(tiny_pipelines.folder("qwen-image-layered"), folder / "tiny layered")
    command = CommandLine(folder / "data", folder)
    with running_backend(command):
        assert command("models", "import", "tiny layered").code == 0
        yield command


def test_the_command_line_writes_the_picture_and_its_layers(velatura: CommandLine) -> None:
    folder = velatura.folder
    before = np.random.default_rng(3).integers(0, 255, (72, 96, 3), dtype=np.uint8)
    Image.fromarray(before).save(folder / "in.png")
    mask = np.zeros((72, 96), np.uint8)
    mask[20:50, 30:70] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    ended = velatura(
        "restyle", "in.png", "--mask", "mask.png", "--engine", ENGINE, "--prompt", "a disc",
        "--param", "layers=2", "--param", "steps=1", "-o", "out.png", "--json", timeout=500.0,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    (done,) = ended.named("done")
    assert [Path(each).name for each in done["paths"]] == [
        "out.png", "out-layer-1.png", "out-layer-2.png",
    ]  # fmt: skip
    after = np.asarray(Image.open(folder / "out.png"))
    assert (before[mask == 0] == after[mask == 0]).all()
    assert (before[mask > 0] != after[mask > 0]).any()
    laid = before.astype(float)
    for each in done["paths"][1:]:
        layer = np.asarray(Image.open(folder / each)).astype(float)
        assert layer.shape == (72, 96, 4)
        assert not layer[mask == 0][:, 3].any()
        share = layer[..., 3:] / 255.0
        assert 0.0 < share[mask > 0].mean() < 1.0
        laid += share * (layer[..., :3] - laid)
    assert abs(laid - after).max() <= 1.5, "the file is what the layers are over the picture"


def test_an_editor_gets_a_group_of_them(velatura: CommandLine) -> None:
    selected = Rect(10, 8, 20, 12)
    request = GenerateRequest(
        Operation.FILL, Intent.FILL, engine=ENGINE, seed=5, prompt="a disc",
        parameters={"layers": 3, "steps": 1},
    )  # fmt: skip
    with plugin(velatura.data_directory) as (app, host):
        document = host.open(noise(Size(48, 32)))
        host.select(document, selected)
        connect(app, host)
        before = host.flatten(document)
        job = app.controller.generate(request)

        def has_ended() -> bool:
            view = app.controller.state.job(job)
            return view is not None and view.status.is_end

        host.run_until(has_ended, seconds=500)
        view = app.controller.state.job(job)
        assert view is not None
        assert view.status is JobStatus.FINISHED, view.error
        app.controller.accept(job)
        group, *inside, _ = host.layers(document)
        assert group.kind is LayerKind.GROUP
        assert [(each.name, each.depth) for each in inside] == [
            (f"a disc 5 (layer {number} of 3)", 1) for number in (3, 2, 1)
        ]
        after, whole = host.flatten(document), Rect.of_size(document.size)
        changed = [
            Rect(index % 48, index // 48, 1, 1)
            for index in range(48 * 32)
            if crop(before, whole, Rect(index % 48, index // 48, 1, 1))
            != crop(after, whole, Rect(index % 48, index // 48, 1, 1))
        ]
        assert changed
        assert all(selected.contains(each) for each in changed)
        host.undo(document)
        assert host.flatten(document) == before
