"""When blocks are compiled, that they compute the same, and that they can still be stopped."""

from __future__ import annotations

import logging
from typing import Any

import pytest

pytest.importorskip("diffusers")

import torch

from tests.support import tiny_pipelines, tiny_texts
from velatura_backend.engines.diffusion.painting.compilation import CompileMode, Compiler, blocks_of
from velatura_backend.engines.diffusion.painting.hooks import checked
from velatura_protocol.errors import Cancelled

# The compiler imports and calls what its own makers have deprecated.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def unet() -> Any:
    torch.manual_seed(0)
    return tiny_pipelines.unet().requires_grad_(False)


def run(unet: Any) -> torch.Tensor:
    with torch.inference_mode():
        given = (torch.ones(1, 4, 8, 8), torch.tensor(5), torch.ones(1, 3, tiny_texts.WIDTH))
        return unet(*given, return_dict=False)[0].clone()


def compiled(compiler: Compiler, unet: Any, bucket: object = "a") -> bool:
    with compiler.applied(unet, (bucket,)) as on:
        return on


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_by_itself_it_is_off_where_there_is_no_cuda(device: str, unet: Any) -> None:
    compiler = Compiler(device)
    assert not any(compiled(compiler, unet) for _ in range(5))


def test_on_cuda_it_begins_after_the_second_job_of_a_bucket(unet: Any) -> None:
    compiler = Compiler("cuda", backend="eager")
    assert [compiled(compiler, unet) for _ in range(4)] == [False, False, True, True]
    assert not compiled(compiler, unet, "b")


def test_it_can_be_told() -> None:
    unet = tiny_pipelines.unet()
    assert not compiled(Compiler("cuda", CompileMode.OFF), unet)
    compiler = Compiler("cpu", CompileMode.ON)
    assert compiled(compiler, unet)
    compiler.switch(CompileMode.OFF)
    assert not compiled(compiler, unet)


def test_blocks_hold_no_blocks(unet: Any) -> None:
    blocks = blocks_of(unet)
    names = {type(each).__name__ for each in blocks}
    assert names == {"BasicTransformerBlock", "ResnetBlock2D"}
    inner = [each for block in blocks for each in block.modules() if each is not block]
    assert not set(map(id, blocks)) & set(map(id, inner))


@pytest.mark.parametrize("kind", ["flux1-dev", "flux2-klein", "z-image", "sd3"])
def test_every_transformer_has_some(kind: str) -> None:
    assert blocks_of(tiny_pipelines.build(kind).transformer)


def test_the_result_is_the_same_and_the_network_is_as_before(unet: Any) -> None:
    plain = run(unet)
    compiler = Compiler("cpu", CompileMode.ON, backend="eager")
    for _ in range(2):
        with compiler.applied(unet, ("a",)) as on:
            assert on
            assert torch.allclose(run(unet), plain, atol=1e-6)
    assert all("forward" not in vars(block) for block in blocks_of(unet))
    assert torch.equal(run(unet), plain)


def test_hooks_still_stop_it(unet: Any) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(0)
        if len(calls) == 3:
            raise Cancelled(phase="stepping")

    compiler = Compiler("cpu", CompileMode.ON, backend="eager")
    with compiler.applied(unet, ("a",)), checked(unet, check), pytest.raises(Cancelled):
        run(unet)
    assert len(calls) == 3


def test_a_compiler_that_fails_is_not_asked_again(
    unet: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(graph: Any, inputs: Any) -> Any:
        raise OSError("no C compiler")

    compiler = Compiler("cpu", CompileMode.ON)
    monkeypatch.setattr(compiler, "_backend", broken)
    plain = run(unet)
    torch._dynamo.reset()
    with caplog.at_level(logging.ERROR), compiler.applied(unet, ("a",)):
        assert torch.equal(run(unet), plain)
    assert len(caplog.records) == 1
    assert not compiled(compiler, unet)
