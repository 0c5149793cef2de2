"""Models from a folder to painted pixels, and a panel that hears of each; without a network."""

from __future__ import annotations

import hashlib
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
from tests.e2e.test_panel import Desk, desk
from tests.support import tiny_pipelines
from tests.support.model_hub import Habit, model_hub
from tests.support.model_manifests import COMMIT, entry, offering
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
        "--seed", "1", "--param", "steps=2", "-o", out, timeout=280.0,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    before, after = (np.asarray(Image.open(each)) for each in (source, out))
    inside = np.asarray(Image.open(mask)) > 0
    assert (before[~inside] == after[~inside]).all()
    assert (before[inside] != after[inside]).any()


def _listed(at: Desk) -> list[str]:
    page = at.screen.model.models
    return [each.model for each in page.items] if page else []


def _model(at: Desk, name: str) -> ModelItem:
    page = at.screen.model.models
    assert page is not None
    return next(each for each in page.items if each.model == name)


def test_a_panel_hears_of_what_the_command_line_imports(tmp_path: Path) -> None:
    shutil.copytree(tiny_pipelines.folder("sd15"), tmp_path / "mine")
    velatura = CommandLine(tmp_path / "data", tmp_path)
    with running_backend(velatura):
        at = Desk(tmp_path / "data")
        try:
            state = at.services.app.controller
            assert not state.state.reads_prompts
            at.host.run_until(lambda: at.screen.model.notice is not None, seconds=60)
            notice = at.screen.model.notice
            assert notice is not None
            assert notice.actions[0].label == "Obtenir les descriptions (2,1 Go)"
            assert velatura("models", "import", "mine").code == 0
            at.host.run_until(lambda: state.state.reads_prompts, seconds=60)
            assert state.state.engine("mine") is not None
            assert Operation.GENERATE in state.state.operations
            at.host.run_until(lambda: at.screen.model.notice is None, seconds=60)
            at.press(Action.OPEN_MODELS)
            at.host.run_until(lambda: "mine" in _listed(at), seconds=60)
            assert _model(at, "mine").title.startswith("mine")
            at.screen.press(Action.REMOVE_MODEL, "mine")
            at.host.run_until(lambda: not state.state.reads_prompts, seconds=60)
            assert (tmp_path / "mine" / "model_index.json").exists()
        finally:
            at.panel.close()
            at.services.close()
            at.services.app.close(seconds=5.0)


def _offered(files: dict[str, bytes]) -> dict[str, object]:
    """A tiny pipeline as the manifest would have it."""
    listed = [
        {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in files.items()
    ]
    return entry(
        id="painter", name="Tiny Painter", kind="checkpoint", family="sd15", form="folder",
        repo="ada/painter", files=listed, conditions=True, licence="OpenRAIL",
    )  # fmt: skip


def test_a_panel_installs_by_a_button(tmp_path: Path) -> None:
    """Offered, agreed to, failed, gone on with, and words are understood."""
    folder = tiny_pipelines.folder("sd15")
    paths = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    files = {each.relative_to(folder).as_posix(): each.read_bytes() for each in paths}
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with model_hub() as hub, offering(tmp_path, _offered(files)), desk(data) as at:
        hub.add_repository("ada/painter", COMMIT, files)
        write_source(data / "models", Source(hub.url, "direct"))
        missing = f"/ada/painter/resolve/{COMMIT}/unet/diffusion_pytorch_model.safetensors"
        hub.habits[missing] = Habit(status=404, times=1)
        at.host.run_until(lambda: at.screen.model.notice is not None, seconds=60)
        assert at.screen.model.notice is not None
        assert at.screen.model.notice.actions[0].label == "Obtenir les descriptions (4 Mo)"
        at.press(Action.OPEN_MODELS)
        at.host.run_until(lambda: "painter" in _listed(at), seconds=60)
        assert _model(at, "painter").controls[0].label == "Accepter et obtenir (4 Mo)"
        at.screen.press(Action.GET_MODEL, "painter")
        at.host.run_until(lambda: "statut 404" in _model(at, "painter").text, seconds=60)
        at.host.run_until(lambda: bool(_model(at, "painter").controls), seconds=60)
        at.host.run_until(
            lambda: _model(at, "painter").controls[0].label.startswith("Reprendre"), seconds=30
        )
        state = at.services.app.controller
        assert not state.state.reads_prompts
        at.screen.press(Action.GET_MODEL, "painter")
        at.host.run_until(lambda: state.state.reads_prompts, seconds=60)
        at.host.run_until(lambda: "installé" in _model(at, "painter").title, seconds=60)
        assert "OpenRAIL" in _model(at, "painter").text
        assert state.state.engine("painter") is not None
        counts = [hub.paths_asked().count(each) for each in hub.paths_asked()]
        assert max(counts) == 2, "only what was missing is asked for again"
        assert len(hub.paths_asked()) == len(files) + 1
