"""Models from the panel, against a backend of a few lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugin.desk import Desk, desk
from velatura_plugin.features.models import PanelModels
from velatura_plugin.state.models import ModelsView, ModelWork
from velatura_protocol.errors import Cancelled, DownloadFailed, ErrorCode
from velatura_protocol.messages import (
    DescribeModel,
    Done,
    Engines,
    Error,
    ErrorInfo,
    ImportModels,
    InstalledModelInfo,
    InstallModel,
    ModelPlace,
    ModelProgress,
    Models,
    OfferedModel,
    RemoveModel,
    StopModel,
    VerifyModel,
)
from velatura_protocol.parameters import Choice

OFFER = OfferedModel("sd15", "SD", "checkpoint", bytes=100, needs=("clip", "gone"))
CLIP = OfferedModel("clip", "CLIP", "text_encoder", bytes=50, arrived=20)
LISTED = Models(
    0,
    installed=(InstalledModelInfo("vae", "VAE", "vae"),),
    offered=(OFFER, CLIP),
    places=(ModelPlace("comfyui", "ComfyUI"),),
)


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as opened:
        opened.backend.models = LISTED
        yield opened


@pytest.fixture
def shelf(table: Desk) -> PanelModels:
    models = PanelModels(table.controller, table.client)
    models.follow()
    table.open()
    table.connect()
    table.until(lambda: table.controller.state.models.is_known)
    return models


def _view(table: Desk) -> ModelsView:
    return table.controller.state.models


def _request(table: Desk, kind: type) -> object:
    """The next message that the backend has had."""
    message = table.backend.model_requests.get(timeout=60)
    assert isinstance(message, kind)
    return message


def test_what_there_is_is_known_as_soon_as_there_is_a_backend(
    table: Desk, shelf: PanelModels
) -> None:
    assert (_view(table).offered, _view(table).installed) == (LISTED.offered, LISTED.installed)
    assert not _view(table).is_open
    shelf.open()
    assert _view(table).is_open
    shelf.close()
    assert not _view(table).is_open


def test_nobody_who_looks_is_not_told(table: Desk) -> None:
    PanelModels(table.controller, table.client)
    table.open()
    table.connect()
    assert not _view(table).is_known


def test_a_model_comes(table: Desk, shelf: PanelModels) -> None:
    shelf.install("sd15")
    assert _view(table).works == (ModelWork("sd15", 20, 150),)
    shelf.install("sd15")
    asked = _request(table, InstallModel)
    assert asked == InstallModel(asked.request, "sd15", accepted=True)
    table.backend.answer(ModelProgress(asked.request, "clip", 30, 150))
    table.until(lambda: _view(table).works == (ModelWork("sd15", 30, 150),))
    table.backend.models = Models(0, installed=(InstalledModelInfo("sd15", "SD", "checkpoint"),))
    table.backend.answer(Done(asked.request, 2))
    table.until(lambda: not _view(table).works and not _view(table).offered)
    assert [each.id for each in _view(table).installed] == ["sd15"]
    assert table.backend.model_requests.empty()


def test_what_a_control_network_was_made_for_is_told(table: Desk, shelf: PanelModels) -> None:
    shelf.tell_control("lines", "scribble")
    asked = _request(table, DescribeModel)
    assert asked == DescribeModel(asked.request, "lines", "scribble")
    assert _view(table).works == (ModelWork("lines"),)
    told = InstalledModelInfo("lines", "Lines", "control", control="scribble")
    kinds = (Choice("scribble", "Scribble"),)
    table.backend.models = Models(0, installed=(told,), control_kinds=kinds)
    table.backend.answer(Done(asked.request, 1))
    table.until(lambda: _view(table).installed == (told,))
    assert _view(table).control_kinds == kinds


def test_it_is_stopped(table: Desk, shelf: PanelModels) -> None:
    shelf.install("sd15")
    asked = _request(table, InstallModel)
    shelf.stop("sd15")
    assert _view(table).works[0].stopping
    assert _request(table, StopModel).model == "sd15"
    error = ErrorInfo.of(Cancelled(phase="models"))
    table.backend.answer(Error("install_model", error, request=asked.request))
    table.until(lambda: not _view(table).works)
    assert _view(table).troubles == ()
    assert table.controller.state.notice is None


def test_trouble_is_kept_until_it_is_tried_again(table: Desk, shelf: PanelModels) -> None:
    shelf.install("sd15")
    error = ErrorInfo.of(DownloadFailed(reason="unreachable"))
    request = _request(table, InstallModel).request
    table.backend.answer(Error("install_model", error, request=request))
    table.until(lambda: bool(_view(table).troubles))
    trouble = _view(table).trouble("sd15")
    assert trouble is not None
    assert trouble.error.code is ErrorCode.DOWNLOAD_FAILED
    assert table.controller.state.notice is not None
    shelf.install("sd15")
    assert _view(table).troubles == ()


def test_trouble_is_in_the_page_alone_while_it_is_open(table: Desk, shelf: PanelModels) -> None:
    shelf.open()
    shelf.verify("vae")
    error = ErrorInfo(ErrorCode.MODEL_DAMAGED, {"model": "vae"})
    request = _request(table, VerifyModel).request
    table.backend.answer(Error("verify_model", error, request=request))
    table.until(lambda: bool(_view(table).troubles))
    assert table.controller.state.notice is None


def test_models_are_taken_in_and_removed(table: Desk, shelf: PanelModels) -> None:
    shelf.take_in("comfyui")
    assert _request(table, ImportModels).place == "comfyui"
    shelf.remove("vae")
    assert _request(table, RemoveModel).model == "vae"
    assert [each.id for each in _view(table).works] == ["comfyui", "vae"]


def test_after_a_lost_connection_it_is_joined_again(table: Desk, shelf: PanelModels) -> None:
    shelf.install("sd15")
    first = _request(table, InstallModel)
    coming = OfferedModel("sd15", "SD", "checkpoint", bytes=100, arrived=60, installing=True)
    table.backend.models = Models(0, offered=(coming,))
    table.backend.cut()
    table.until(lambda: _view(table).works == (ModelWork("sd15", 60, 100),))
    assert _request(table, InstallModel).request != first.request
    assert _view(table).troubles == ()


def test_engines_that_come_are_known(table: Desk, shelf: PanelModels) -> None:
    (inverter,) = table.controller.state.engines
    listings = _view(table)
    table.backend.models = Models(0)
    table.backend.answer(Engines((), (inverter, inverter)))
    table.until(lambda: len(table.controller.state.engines) == 2)
    table.until(lambda: _view(table) != listings)
    assert table.controller.state.operations == ()
    assert _view(table).offered == ()
