"""A whole job, from pixels to pixels, with a real backend."""

from __future__ import annotations

import pytest

from tests.backend.live import RGBA8, SIZE, echo_task, pixels
from velatura_protocol.geometry import Size
from velatura_protocol.messages import Accepted, Codec, Finished, Progress, Result, Started
from velatura_protocol.pixels import MASK_FORMAT


async def test_a_job_from_pixels_to_result(backend) -> None:
    async with backend.client() as client:
        image = await client.upload_echo_inputs()
        await client.submit("job", echo_task())
        assert isinstance(await client.end_of("job"), Finished)

        story = client.story("job")
        assert [type(e) for e in story if not isinstance(e, Progress)] == [
            Accepted,
            Started,
            Result,
            Finished,
        ]
        assert [e.seq for e in story] == sorted({e.seq for e in story})
        variation = client.seen(Result)[0].variation
        patch = variation.layers[0].patches[0]
        inverted = bytes(v if n % 4 == 3 else 255 - v for n, v in enumerate(image))
        assert await client.fetch(patch.pixels) == inverted
        assert await client.fetch(patch.mask) == b"\xff" * SIZE.area


@pytest.mark.parametrize("codec", ["raw", "zlib"])
async def test_large_blobs_travel_both_ways(backend, codec: str) -> None:
    size = Size(2100, 1500)
    image = pixels(size)
    async with backend.client() as client:
        await client.upload("crop", size, RGBA8, image, codec=Codec(codec))
        await client.upload("mask", size, MASK_FORMAT, b"\xff" * size.area, codec=Codec(codec))
        await client.submit("job", echo_task(size))
        await client.end_of("job")
        patch = client.seen(Result)[0].variation.layers[0].patches[0]
        assert (await client.fetch(patch.pixels))[:3] == bytes(255 - v for v in image[:3])
