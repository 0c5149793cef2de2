from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin.patience import soon
from tests.plugin.results import MASK, REGION, pixels_of, ref, result
from tests.plugin.wire import Wire, greeted, order
from velatura_plugin.client.downloader import Downloader
from velatura_plugin.client.events import ClientEvent, PreviewArrived, VariationArrived
from velatura_plugin.client.exchange import ExchangeFolder
from velatura_plugin.client.jobbook import JobBook
from velatura_protocol.errors import Cancelled, ErrorCode
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    BlobGet,
    ErrorInfo,
    Exchange,
    ExchangeReady,
    Patch,
    Preview,
    Result,
    VariationFailed,
)
from velatura_protocol.pixels import Pixels
from velatura_protocol.session import BlobFailed, BlobOpened, BlobReceived, BlobRejected

GONE = ErrorInfo(ErrorCode.NOT_FOUND)


class Bench:
    """A downloader on a wire, with a job whose result needs two blobs."""

    def __init__(self) -> None:
        self.wire: Wire = greeted()
        self.events: list[ClientEvent] = []
        self.book = JobBook(self.events.append)
        self.book.add(order())
        self.downloader = Downloader(
            self.wire.client,
            self.book,
            emit=self.events.append,
            ask=lambda digest: self.wire.client.send(BlobGet(digest)),
            wake=lambda: None,
        )

    def carry(self) -> list[object]:
        """Messages both ways until there are none; what the server's session said."""
        told: list[object] = []
        for _ in range(6):
            told += self.wire.to_server()
            for event in [*self.wire.to_client(), *self.wire.client.take_events()]:
                if isinstance(event, BlobOpened | BlobReceived | BlobFailed):
                    self.downloader.handle(event)
                elif isinstance(event, Preview):
                    self.downloader.expect(event)
        return told

    def want(self) -> None:
        self.downloader.want(self.book.take(result(1, thumbnail=False)))

    def send(self, name: str, pixels: Pixels, *, digest: str | None = None) -> None:
        known = ref(pixels).digest if digest is None else digest
        self.wire.server.send_blob(name, pixels.size, pixels.format, pixels.data, digest=known)


def test_a_result_is_asked_for_and_assembled() -> None:
    bench = Bench()
    bench.want()
    asked = [each for each in bench.carry() if isinstance(each, BlobGet)]
    assert asked == [BlobGet(ref(pixels_of(0)).digest), BlobGet(ref(MASK).digest)]
    bench.send("one", pixels_of(0))
    bench.send("two", MASK)
    bench.carry()
    (arrived,) = bench.events
    assert isinstance(arrived, VariationArrived)
    (patch,) = arrived.content.layers[0].patches
    assert bytes(patch.pixels.data) == bytes(pixels_of(0).data)


def test_masks_of_the_same_bytes_in_two_shapes_arrive_both() -> None:
    bench = Bench()
    turned = Pixels(Size(REGION.height, REGION.width), MASK.format, MASK.data)
    region = Rect(0, 0, turned.size.width, turned.size.height)
    (layer,) = result(1).variation.layers
    patches = (*layer.patches, Patch(region, ref(pixels_of(0)), ref(turned)))
    two = replace(result(1, thumbnail=False).variation, layers=(replace(layer, patches=patches),))
    bench.downloader.want(bench.book.take(Result("job", 1, two)))
    bench.carry()
    bench.send("one", pixels_of(0))
    bench.send("two", turned)
    bench.carry()
    (arrived,) = bench.events
    assert isinstance(arrived, VariationArrived)
    masks = [patch.mask for patch in arrived.content.layers[0].patches]
    assert [each.size for each in masks if each] == [MASK.size, turned.size]


def test_a_preview_arrives_with_its_region() -> None:
    bench = Bench()
    bench.wire.server.send(Preview("job", 1, REGION, "p", REGION.size, MASK.format))
    bench.send("p", MASK, digest="")
    bench.carry()
    (event,) = bench.events
    assert isinstance(event, PreviewArrived)
    assert (event.job, event.variation, event.frame.region) == ("job", 1, REGION)
    assert bytes(event.frame.pixels.data) == bytes(MASK.data)


def test_a_preview_that_is_replaced_is_dropped() -> None:
    bench = Bench()
    bench.wire.server.send(Preview("job", 1, REGION, "p", REGION.size, MASK.format))
    bench.send("p", MASK, digest="")
    for _ in range(2):
        message = bench.wire.server.next_message()
        assert message is not None
        bench.wire.client.receive(message)
    bench.wire.server.drop_blob("p")
    bench.carry()
    assert bench.events == []


def test_what_nobody_asked_for_is_refused() -> None:
    bench = Bench()
    bench.send("uninvited", MASK)
    told = bench.carry()
    assert [each.blob for each in told if isinstance(each, BlobRejected)] == ["uninvited"]
    assert bench.events == []


def test_a_blob_that_is_given_up_fails_its_variation() -> None:
    bench = Bench()
    bench.want()
    bench.carry()
    big = pixels_of(0)
    bench.send("one", big)
    message = bench.wire.server.next_message()
    assert message is not None
    for event in bench.wire.client.receive(message):
        assert isinstance(event, BlobOpened)
        bench.downloader.handle(event)
    bench.wire.server.drop_blob("one")
    bench.carry()
    (failed,) = bench.events
    assert isinstance(failed, VariationFailed)
    assert failed.error.code is Cancelled.code


def test_pixels_the_backend_has_no_more() -> None:
    bench = Bench()
    bench.want()
    bench.downloader.unavailable(ref(MASK).digest, GONE)
    assert bench.events == [VariationFailed("job", 1, 0, GONE)]


@pytest.mark.parametrize("is_there", [True, False])
async def test_files_are_collected(tmp_path: Path, is_there: bool) -> None:
    bench = Bench()
    bench.downloader.exchange = ExchangeFolder(Exchange(str(tmp_path), "probe"))
    bench.wire.server.send(ExchangeReady())
    bench.want()
    bench.carry()
    image = pixels_of(0)
    if is_there:
        (tmp_path / "file").write_bytes(image.data)
    bench.wire.server.send_file_blob("file", image.size, image.format, digest=ref(image).digest)
    bench.send("two", MASK)
    running = asyncio.create_task(bench.downloader.run())
    async with soon():
        while not bench.events:
            bench.carry()
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (event,) = bench.events
    assert isinstance(event, VariationArrived if is_there else VariationFailed)
    assert list(tmp_path.iterdir()) == []
