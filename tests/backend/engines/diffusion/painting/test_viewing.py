"""What is seen while a picture is painted: by the map, or by a tiny autoencoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_pipelines
from tests.support.painting_desk import (
    Models,
    events_of,
    installed,
    painted,
    painter_of,
    previews_of,
)
from velatura_backend.engines.diffusion.adapters.parameters import PREVIEWER, adapter_parameters
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.painting import viewing
from velatura_backend.engines.diffusion.painting.contract import PaintRequest, Sampling, Wording
from velatura_backend.models.records import Family, InstalledModel, Variant

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ASKED = PaintRequest(
    64, 96, seed=5, wording=Wording("a red disc"), sampling=Sampling(steps=4), previewer="taesd"
)


@pytest.fixture
def tiny() -> InstalledModel:
    return installed(tiny_pipelines.folder("taesd"))


@pytest.fixture
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "_SHARE", float("inf"))


@pytest.mark.usefixtures("unthrottled")
def test_previews_are_as_large_as_the_picture(tiny: InstalledModel) -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"), tiny)
    events = events_of(painter, ASKED)
    assert [each.image.shape for each in previews_of(events)] == [(64, 96, 3)] * 4
    plain = events_of(painter, replace(ASKED, previewer=""))
    assert [each.image.shape for each in previews_of(plain)] == [(8, 12, 3)] * 4


def test_what_is_painted_does_not_depend_on_what_is_seen(tiny: InstalledModel) -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"), tiny)
    found = painted(painter, ASKED)
    wanted = painted(painter, replace(ASKED, previewer=""))
    np.testing.assert_array_equal(found.image, wanted.image)
    assert found.notices == ()


def test_they_take_a_share_of_the_time(
    tiny: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "_SHARE", 1e-9)
    painter = painter_of(tiny_pipelines.folder("sd15"), tiny)
    assert len(previews_of(events_of(painter, ASKED))) == 1


def test_one_that_does_not_fit_is_left_out_and_told_of(tmp_path: Path) -> None:
    network = tiny_pipelines.build("taesd")
    config = dict(network.config) | {"latent_channels": 8}
    type(network).from_config(config).save_pretrained(tmp_path / "taesd")
    painter = painter_of(tiny_pipelines.folder("sd15"), installed(tmp_path / "taesd"))
    events = events_of(painter, ASKED)
    assert len(previews_of(events)) == 4
    assert [each.id for each in events[-1].notices] == ["previewer_left_out"]  # pyright: ignore[reportAttributeAccessIssue]


def test_one_that_is_gone_is_left_out() -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"))
    events = events_of(painter, ASKED)
    assert len(previews_of(events)) == 4
    assert [each.id for each in events[-1].notices] == ["previewer_left_out"]  # pyright: ignore[reportAttributeAccessIssue]


def test_it_is_offered_where_it_fits(tiny: InstalledModel) -> None:
    model = installed(tiny_pipelines.folder("sd15"))

    def offered(family: Family) -> list[str]:
        row = row_of(family, Variant.BASE)
        parameters = adapter_parameters(replace(model, family=family), row, Models((model, tiny)))
        found = [each for each in parameters if each.id == PREVIEWER]
        return [choice.id for each in found for choice in each.choices]

    assert offered(Family.SD15) == ["none", "taesd"]
    assert offered(Family.SDXL) == ["none", "taesd"]
    assert offered(Family.FLUX1) == []
    assert offered(Family.QWEN_IMAGE) == []
