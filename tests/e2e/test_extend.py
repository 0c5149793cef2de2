"""The canvas grows: the plug-in on a memory host with the real server, and the real command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.e2e import pictures
from tests.e2e.command import CommandLine
from tests.e2e.test_plugin_roundtrip import FORMATS, backend, connect, finish, plugin
from tests.plugin.desk import noise
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import Document
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_plugin.state.state import JobStatus
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.pixels import PixelFormat
from velatura_protocol.tasks import Intent, Operation

SIZE = Size(64, 48)
WHOLE = Rect.of_size(SIZE)
MARGINS = Margins(9, 7, 5, 0)
GROWN = Size(78, 55)
HELD = Rect(9, 7, 64, 48)
EXTEND = GenerateRequest(
    Operation.FILL, Intent.EXPAND, engine="builtin_fill", seed=5, extent=MARGINS
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def size_of(host: MemoryHost, document: Document) -> Size:
    return host.document(document.id).size


@pytest.mark.parametrize(
    "form", FORMATS, ids=lambda each: f"{each.depth.value}-{each.layout.value}"
)
def test_the_old_picture_is_kept_to_the_bit(data: Path, form: PixelFormat) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE, form))
        before = host.flatten(document)
        contents = host.documents[document.id].contents
        connect(app, host)
        job = app.controller.generate(EXTEND)
        view = finish(app, host, job)
        assert view.status is JobStatus.FINISHED, view.error
        assert view.regions == (Rect(-9, -7, 78, 55),)
        assert host.documents[document.id].contents == contents, "nothing is on the canvas yet"
        app.controller.accept(job)
        assert size_of(host, document) == GROWN
        after, canvas = host.flatten(document), Rect.of_size(GROWN)
        assert crop(after, canvas, HELD) == bytes(before.data)
        top = crop(after, canvas, Rect(0, 0, 78, 7))
        assert len(set(top)) > 2, "the new part is filled"
        host.undo(document)
        assert host.flatten(document) == before


def test_discard_keeps_the_size(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        before = host.documents[document.id].contents
        connect(app, host)
        job = app.controller.generate(EXTEND)
        finish(app, host, job)
        app.controller.discard(job)
        assert host.documents[document.id].contents == before


def test_a_second_variation_and_another_job_lie_where_they_belong(data: Path) -> None:
    selected = Rect(20, 10, 6, 5)
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        host.select(document, selected)
        connect(app, host)
        remove = GenerateRequest(Operation.FILL, Intent.REMOVE, engine="echo", seed=1)
        removal = app.controller.generate(remove)
        finish(app, host, removal)
        job = app.controller.generate(replace(EXTEND, variations=2))
        assert len(finish(app, host, job).staging.ready) == 2
        before = bytes(host.flatten(document).data)
        app.controller.accept_all(job)
        assert size_of(host, document) == GROWN, "grown once, not twice"
        assert len(host.documents[document.id].contents.own_layers()) == 3
        app.controller.accept(removal)
        after, canvas = host.flatten(document), Rect.of_size(GROWN)
        (patch,) = host.documents[document.id].contents.own_layers()[1].patches
        assert patch.region.contains(selected.translated(9, 7))
        shown = crop(after, canvas, selected.translated(9, 7))
        assert shown == crop(replace(after, size=SIZE, data=before), WHOLE, selected)


def test_after_an_undo_it_grows_again(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        connect(app, host)
        job = app.controller.generate(EXTEND)
        finish(app, host, job)
        app.controller.accept(job, copy=True)
        host.undo(document)
        assert size_of(host, document) == SIZE
        app.controller.accept(job, copy=True)
        assert size_of(host, document) == GROWN


@pytest.mark.parametrize("kind", ["png8", "png16", "png8a", "png16a", "grey16", "tiff16", "tiff32"])
def test_files_grow_around_the_same_samples(served: CommandLine, tmp_path: Path, kind: str) -> None:
    samples = pictures.photo(40, 60, pictures.dtype_of(kind), pictures.channels_of(kind))
    icc = pictures.icc_profile() if samples.shape[2] > 1 else b""
    path = pictures.save(tmp_path / f"in{pictures.suffix_of(kind)}", samples, icc=icc)
    out = tmp_path / f"out{pictures.suffix_of(kind)}"
    ended = served("fill", path, "--extend", "0,4,10%,3", "-o", out, "--seed", "3")
    assert (ended.code, ended.err) == (0, "")
    after = pictures.load(out)
    assert (after.dtype, after.shape) == (samples.dtype, (47, 66, samples.shape[2]))
    assert after[4:44, :60].tobytes() == samples.tobytes()
    assert len(np.unique(after[:4])) > 8
    assert pictures.metadata(out, "icc-profile-data") == icc


def test_an_aspect_and_variations(served: CommandLine, tmp_path: Path) -> None:
    samples = pictures.photo(40, 60, np.dtype(np.uint8), 3)
    path = pictures.save(tmp_path / "in.png", samples)
    ended = served(
        *("fill", path, "--aspect", "2:1", "--anchor", "left"),
        *("--variations", "2", "-o", tmp_path / "out.png"),
    )
    assert (ended.code, ended.err) == (0, "")
    for name in ("out-1.png", "out-2.png"):
        after = pictures.load(tmp_path / name)
        assert after.shape == (40, 80, 3)
        assert (after[:, :60] == samples).all()


def test_nothing_to_add_is_said(served: CommandLine, tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "in.png", pictures.photo(40, 60, np.dtype(np.uint8), 3))
    ended = served("fill", path, "--aspect", "3:2", "-o", tmp_path / "out.png")
    assert ended.code == 2
    assert "has this shape already" in ended.error_line
    assert not (tmp_path / "out.png").exists()
