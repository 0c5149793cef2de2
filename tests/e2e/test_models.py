"""Models from a folder to painted pixels, and a panel that hears of each; without a network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("diffusers")

import psutil

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.e2e.test_panel import Desk
from tests.support import tiny_pipelines
from tests.support.model_hub import model_hub
from velatura_backend.models.sources import Source, write_source
from velatura_plugin.ui.model import Action, ModelItem
from velatura_protocol.tasks import Operation

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIDE = 96


@pytest.fixture
def picture(tmp_path: Path) -> tuple[Path, Path]:
    """A picture, and a mask of its middle."""
    noise = np.random.default_rng(3).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "picture.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[32:64, 32:64] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return tmp_path / "picture.png", tmp_path / "mask.png"


@pytest.fixture(scope="module")
def painted(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[CommandLine, psutil.Process]]:
    """A backend onto whose data directory every kind of tiny pipeline was imported at once."""
    folder = tmp_path_factory.mktemp("painted")
    for kind in tiny_pipelines.KINDS:
        shutil.copytree(tiny_pipelines.folder(kind), folder / "theirs" / f"tiny {kind}")
    velatura = CommandLine(folder / "data", folder)
    with running_backend(velatura) as process:
        ended = velatura("models", "import", "theirs", "--json")
        assert ended.code == 0, ended.err
        (event,) = ended.named("imported")
        assert len(event["models"]) == len(tiny_pipelines.KINDS)
        yield velatura, process


def test_every_model_is_an_engine(painted: tuple[CommandLine, psutil.Process]) -> None:
    velatura, _ = painted
    engines = {each["id"]: each for each in json.loads(velatura("engines", "--json").out)}
    for kind in tiny_pipelines.KINDS:
        assert engines[f"tiny-{kind}"]["takes_prompt"], kind
        assert engines[f"tiny-{kind}"]["parameters"]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", tiny_pipelines.KINDS)
def test_every_family_fills(
    painted: tuple[CommandLine, psutil.Process],
    picture: tuple[Path, Path],
    tmp_path: Path,
    kind: str,
) -> None:
    velatura, _ = painted
    source, mask = picture
    out = tmp_path / "out.png"
    ended = velatura(
        "fill", source, "--mask", mask, "--prompt", "a red disc", "--engine", f"tiny-{kind}",
        "--seed", "1", "-o", out, timeout=280.0,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    before, after = (np.asarray(Image.open(each)) for each in (source, out))
    inside = np.asarray(Image.open(mask)) > 0
    assert (before[~inside] == after[~inside]).all()
    assert (before[inside] != after[inside]).any()


def _listed(desk: Desk) -> list[str]:
    page = desk.screen.model.models
    return [each.model for each in page.items] if page else []


def _model(desk: Desk, name: str) -> ModelItem:
    page = desk.screen.model.models
    assert page is not None
    return next(each for each in page.items if each.model == name)


def test_a_panel_hears_of_what_the_command_line_imports(tmp_path: Path) -> None:
    shutil.copytree(tiny_pipelines.folder("sd15"), tmp_path / "mine")
    velatura = CommandLine(tmp_path / "data", tmp_path)
    with running_backend(velatura):
        desk = Desk(tmp_path / "data")
        try:
            state = desk.studio.app.controller
            assert not state.state.reads_prompts
            desk.host.run_until(lambda: desk.screen.model.notice is not None, seconds=20)
            notice = desk.screen.model.notice
            assert notice is not None
            assert notice.actions[0].label == "Obtenir les descriptions (2,1 Go)"
            assert velatura("models", "import", "mine").code == 0
            desk.host.run_until(lambda: state.state.reads_prompts, seconds=20)
            assert state.state.engine("mine") is not None
            assert Operation.GENERATE in state.state.operations
            desk.host.run_until(lambda: desk.screen.model.notice is None, seconds=20)
            desk.press(Action.OPEN_MODELS)
            desk.host.run_until(lambda: "mine" in _listed(desk), seconds=20)
            assert _model(desk, "mine").title.startswith("mine")
            desk.screen.press(Action.REMOVE_MODEL, "mine")
            desk.host.run_until(lambda: not state.state.reads_prompts, seconds=20)
            assert (tmp_path / "mine" / "model_index.json").exists()
        finally:
            desk.panel.close()
            desk.studio.close()
            desk.studio.app.close(seconds=5.0)


def test_a_panel_installs_by_a_button(tmp_path: Path) -> None:
    """From the shipped manifest, of a mirror that does not have it; the button is back then."""
    velatura = CommandLine(tmp_path / "data", tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    with model_hub() as hub:
        write_source(tmp_path / "data" / "models", Source(hub.url, "direct"))
        checkpoint = "/Comfy-Org/stable-diffusion-v1-5-archive/resolve/"
        with running_backend(velatura):
            desk = Desk(tmp_path / "data")
            try:
                desk.press(Action.OPEN_MODELS)
                desk.host.run_until(lambda: "sd15" in _listed(desk), seconds=20)
                assert _model(desk, "sd15").controls[0].label == "Accepter et obtenir (2,1 Go)"
                desk.screen.press(Action.GET_MODEL, "sd15")
                desk.host.run_until(
                    lambda: _model(desk, "sd15").controls[0].action is Action.GET_MODEL,
                    seconds=20,
                )
                assert "Le téléchargement a échoué" in _model(desk, "sd15").text
                assert any(each.startswith(checkpoint) for each in hub.paths_asked())
            finally:
                desk.panel.close()
                desk.studio.close()
                desk.studio.app.close(seconds=5.0)
