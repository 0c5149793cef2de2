from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura_backend.imaging.arrays import to_pixels, view_samples
from velatura_backend.imaging.files import FileKind, FileNote, ImageFile, read_image, write_image
from velatura_backend.imaging.files.model import PngDetails
from velatura_backend.jobs.provenance import to_xmp
from velatura_cli.files_host import FilesHost
from velatura_cli.loop import MainLoop
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent, Spot
from velatura_protocol.errors import (
    MaskMismatch,
    NotFound,
    UnreadableFile,
    Unsupported,
    UnwritableFile,
)
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation, SampleSource

PROVENANCE = Provenance(Operation.FILL, "e", "1", "velatura", 0, "2026-01-01T00:00:00Z", "x")


def write(path: Path, samples: np.ndarray) -> Path:
    write_image(path, ImageFile(samples, FileKind.PNG, PngDetails()))
    return path


@pytest.fixture
def host() -> FilesHost:
    return FilesHost("files/test", MainLoop().post)


@pytest.fixture
def samples() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 65536, (5, 7, 3)).astype(np.uint16)


@pytest.fixture
def photo(tmp_path: Path, samples: np.ndarray) -> Path:
    return write(tmp_path / "photo.png", samples)


def test_a_file_is_a_document_in_its_own_depth(
    host: FilesHost, photo: Path, samples: np.ndarray
) -> None:
    document = host.open(photo)
    assert document == host.active_document()
    assert (document.name, document.size) == ("photo.png", Size(7, 5))
    assert document.format == PixelFormat(Depth.U16, Layout.RGB)
    captured = host.capture(document, SampleSource.BELOW, Rect(1, 2, 3, 2))
    assert (view_samples(captured) == samples[2:4, 1:4]).all()
    assert host.selection(document) is None


def test_another_picture_takes_its_place(host: FilesHost, photo: Path, tmp_path: Path) -> None:
    first = host.open(photo)
    host.open(write(tmp_path / "b.png", np.zeros((1, 1, 3), np.uint8)))
    with pytest.raises(NotFound):
        host.capture(first, SampleSource.BELOW, Rect(0, 0, 1, 1))


def test_a_mask_is_white_and_opaque(host: FilesHost, photo: Path, tmp_path: Path) -> None:
    drawn = np.zeros((5, 7, 2), np.uint16)
    drawn[1, 1:4, 0] = 65535
    drawn[1, 1:4, 1] = (65535, 32768, 0)
    document = host.open(photo)
    mask = host.mask_content(document, str(write(tmp_path / "m.png", drawn)))
    seen = view_samples(mask.pixels)[..., 0]
    assert mask.region == Rect(0, 0, 7, 5)
    assert seen[1].tolist() == [0, 255, 128, 0, 0, 0, 0]
    assert seen[[0, 2, 3, 4]].max() == 0


def test_errors_name_the_file(host: FilesHost, photo: Path, tmp_path: Path) -> None:
    document = host.open(photo)
    small = write(tmp_path / "m.png", np.zeros((4, 7, 1), np.uint8))
    with pytest.raises(MaskMismatch) as mismatch:
        host.mask_content(document, str(small))
    assert mismatch.value.params["file"] == str(small)
    assert mismatch.value.params["mask_height"] == 4
    broken = tmp_path / "b.png"
    broken.write_bytes(b"")
    with pytest.raises(UnreadableFile) as unreadable:
        host.open(broken)
    assert unreadable.value.params["file"] == str(broken)


def test_a_role_has_its_own_size_and_colour(host: FilesHost, photo: Path, tmp_path: Path) -> None:
    style = np.full((2, 3, 3), 9, np.uint8)
    content = host.role_content(host.open(photo), str(write(tmp_path / "s.png", style)))
    assert content.region == Rect(0, 0, 3, 2)
    assert (view_samples(content.pixels) == 9).all()
    assert content.colour is not None


def test_accepting_writes_and_keeps_the_original_open(
    host: FilesHost, photo: Path, samples: np.ndarray, tmp_path: Path
) -> None:
    document = host.open(photo)
    region = Rect(2, 1, 2, 2)
    for name, value in (("one.png", 11), ("two.png", 22)):
        pixels = to_pixels(np.full((2, 2, 3), value, np.uint16), document.format)
        layer = LayerContent("l", region, (PatchContent(region, pixels),))
        host.destination = tmp_path / name
        content = ResultContent((layer,), PROVENANCE)
        host.accept(document, "job", content, spot=Spot(), document_key="")
        written = read_image(tmp_path / name)
        assert (written.samples[1:3, 2:4] == value).all()
        untouched = written.samples.copy()
        untouched[1:3, 2:4] = samples[1:3, 2:4]
        assert (untouched == samples).all()
        assert b"DigitalSourceType" in written.metadata.xmp
    assert [file.path.name for file in host.written] == ["one.png", "two.png"]


def test_what_reading_changed_is_said_too(host: FilesHost, tmp_path: Path) -> None:
    indexed = tmp_path / "i.png"
    Image.new("RGB", (3, 2), "red").quantize(4).save(indexed)
    document = host.open(indexed)
    host.destination = tmp_path / "o.jpg"
    host.accept(document, "job", ResultContent((), PROVENANCE), spot=Spot(), document_key="")
    assert host.written[0].notes == (FileNote.INDEXED.value, FileNote.LOSSY.value)


def test_a_jpeg_without_room_says_at_least_what_made_it(
    host: FilesHost, photo: Path, tmp_path: Path
) -> None:
    image = read_image(photo)
    long = to_xmp(replace(PROVENANCE, engine="e" * 70_000), None)
    write_image(photo, image.with_xmp(long))
    document = host.open(photo)
    host.destination = tmp_path / "o.jpg"
    host.accept(document, "job", ResultContent((), PROVENANCE), spot=Spot(), document_key="")
    assert FileNote.METADATA_LEFT_OUT.value in host.written[0].notes
    assert b"DigitalSourceType" in read_image(host.destination).metadata.xmp


def test_a_destination_that_cannot_be(host: FilesHost, photo: Path, tmp_path: Path) -> None:
    document = host.open(photo)
    nothing = ResultContent((), PROVENANCE)
    with pytest.raises(UnwritableFile):
        host.accept(document, "job", nothing, spot=Spot(), document_key="")
    host.destination = tmp_path / "missing" / "o.png"
    with pytest.raises(UnwritableFile) as unwritable:
        host.accept(document, "job", nothing, spot=Spot(), document_key="")
    assert unwritable.value.params["file"] == str(host.destination)
    assert host.written == ()


def test_a_blank_document(host: FilesHost) -> None:
    document = host.open_blank(Size(3, 2))
    assert document.size == Size(3, 2)
    captured = host.capture(document, SampleSource.BELOW, Rect(0, 0, 3, 2))
    assert (view_samples(captured) == 0).all()


def parts(region: Rect, samples: np.ndarray) -> ResultContent:
    form = PixelFormat(Depth.U16, Layout.RGB)

    def layer(value: int, part: LayerPart, at: Rect, placement: Placement) -> LayerContent:
        made = np.full((at.height, at.width, 3), value, np.uint16)
        patch = PatchContent(at, to_pixels(made, form))
        return LayerContent(part.value, at, (patch,), placement=placement, part=part)

    own = Rect(0, 0, 8, 8)
    return ResultContent(
        (
            layer(900, LayerPart.BACKGROUND, region, Placement.ABOVE),
            layer(700, LayerPart.MAIN, region, Placement.ABOVE),
            layer(500, LayerPart.SOURCE_MAP, region, Placement.ABOVE),
            layer(300, LayerPart.COLOUR_TABLE, own, Placement.NEW_DOCUMENT),
        ),
        PROVENANCE,
    )


def test_what_is_made_beside_a_result_lies_beside_it(
    host: FilesHost, photo: Path, samples: np.ndarray
) -> None:
    document, spot = host.open(photo), Rect(1, 1, 2, 2)
    host.destination = photo.with_name("o.png")
    host.colour_table = photo.with_name("table.png")
    content = parts(spot, samples)
    host.accept(document, "job", content, spot=Spot(), document_key="")
    names = [file.path.name for file in host.written]
    assert names == ["o.png", "o-background.png", "o-source-map.png", "table.png"]
    found = {name: read_image(photo.with_name(name)) for name in names}
    assert (found["o.png"].samples[1:3, 1:3] == 700).all()
    behind = found["o-background.png"].samples
    assert (behind[1:3, 1:3] == 900).all()
    assert (behind[0] == samples[0]).all()
    lying = found["o-source-map.png"].samples
    assert lying.shape == (5, 7, 4)
    assert (lying[1, 1] == (500, 500, 500, 65535)).all()
    assert found["table.png"].samples.shape == (8, 8, 3)
    assert all(b"velatura" in found[name].metadata.xmp for name in names[:3])


@pytest.mark.parametrize("name", ["o.png", "o.jpg"])
def test_a_result_in_layers_is_a_picture_and_each_layer(
    host: FilesHost, photo: Path, samples: np.ndarray, name: str
) -> None:
    document, spot = host.open(photo), Rect(1, 1, 4, 2)
    host.destination = photo.with_name(name)
    form = PixelFormat(Depth.U16, Layout.RGB)

    def layer(value: int, shown: list[int]) -> LayerContent:
        pixels = to_pixels(np.full((2, 4, 3), value, np.uint16), form)
        mask = np.array([shown, shown], np.uint8)[..., np.newaxis]
        patch = PatchContent(spot, pixels, to_pixels(mask, MASK_FORMAT))
        return LayerContent(f"layer {value}", spot, (patch,))

    ground, bar = layer(9000, [255, 255, 255, 0]), layer(30000, [0, 0, 255, 0])
    content = ResultContent((ground, bar), PROVENANCE)
    host.accept(document, "job", content, spot=Spot(), document_key="")
    names = [file.path.name for file in host.written]
    assert names == [name, "o-layer-1.png", "o-layer-2.png"]
    one, two = (read_image(photo.with_name(each)).samples for each in names[1:])
    assert one.shape == two.shape == (5, 7, 4)
    assert one[1, 1:5, 3].tolist() == [65535, 65535, 65535, 0]
    assert (one[1, 1, :3] == 9000).all()
    assert two[2, 1:5, 3].tolist() == [0, 0, 65535, 0]
    assert np.count_nonzero(one[..., 3]) == 6
    if name == "o.png":
        whole = read_image(photo.with_name(name)).samples
        assert whole[1, 1:4, 0].tolist() == [9000, 9000, 30000]
        assert (whole[1, 4] == samples[1, 4]).all()
        assert (whole[0] == samples[0]).all()


def test_a_table_that_nobody_asked_for_lies_beside_the_result_too(
    host: FilesHost, photo: Path, samples: np.ndarray
) -> None:
    document = host.open(photo)
    host.destination = photo.with_name("o.jpg")
    host.accept(document, "job", parts(Rect(1, 1, 2, 2), samples), spot=Spot(), document_key="")
    names = [file.path.name for file in host.written]
    assert names == ["o.jpg", "o-background.jpg", "o-source-map.png", "o-colour-table.jpg"]


def test_strokes_lie_on_the_picture(host: FilesHost, photo: Path) -> None:
    document = host.open(photo)
    drawn = np.zeros((5, 7, 4), np.uint8)
    drawn[2, 3] = (255, 0, 0, 255)
    path = write(photo.with_name("strokes.png"), drawn)
    host.drawn_over = frozenset((str(path),))
    content = host.role_content(document, str(path))
    assert content.region == Rect(0, 0, 7, 5)
    assert (view_samples(content.pixels) == drawn).all()
    write(path, drawn[:4])
    with pytest.raises(MaskMismatch):
        host.role_content(document, str(path))
    write(path, np.ascontiguousarray(drawn[..., :3]))
    with pytest.raises(Unsupported, match="transparency"):
        host.role_content(document, str(path))
    host.drawn_over = frozenset()
    assert host.role_content(document, str(path)).region == Rect(0, 0, 7, 5)
