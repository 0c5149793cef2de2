"""Weights in whole numbers of one byte: exact on their own grid, near it elsewhere."""

from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from torch import nn

from velatura_backend.engines.diffusion.memory.eight_bit import (
    EightBitConv2d,
    EightBitLinear,
    multiplied_out,
    quantised,
    store_in_eight_bit,
)


def weights(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("shape", [(8, 16), (4, 3, 3, 3)])
def test_what_is_on_the_grid_comes_back_to_the_bit(shape: tuple[int, ...]) -> None:
    steps = torch.randint(-127, 128, shape, generator=torch.Generator().manual_seed(1))
    steps.view(shape[0], -1)[:, 0] = 127
    weight = steps * torch.logspace(-4, 3, shape[0], base=2.0).view(-1, *(1,) * (len(shape) - 1))
    found, scale = quantised(weight)
    assert torch.equal(found, steps.to(torch.int8))
    assert torch.equal(multiplied_out(found, scale, torch.float32), weight.float())


def test_what_is_not_is_off_by_half_a_step_of_its_row_at_most() -> None:
    weight = weights(64, 512) * torch.logspace(-3, 3, 64)[:, None]
    back = multiplied_out(*quantised(weight), torch.float32)
    step = weight.abs().amax(dim=1, keepdim=True) / 127
    assert bool(((back - weight).abs() <= 0.5001 * step).all())
    relative = (back - weight).pow(2).mean().sqrt() / weight.pow(2).mean().sqrt()
    eight_bit_floats = weight.to(torch.float8_e4m3fn).float()
    others = (eight_bit_floats - weight).pow(2).mean().sqrt() / weight.pow(2).mean().sqrt()
    assert relative < 0.012
    assert relative < 0.5 * others


def test_a_row_of_zeros_stays_one() -> None:
    back = multiplied_out(*quantised(torch.zeros(2, 5)), torch.float32)
    assert torch.equal(back, torch.zeros(2, 5))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_layers_compute_with_the_weights_multiplied_out(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    linear, convolution = nn.Linear(16, 8), nn.Conv2d(3, 4, 3, stride=2, padding=1)
    network = nn.ModuleDict({"linear": linear, "convolution": convolution})
    wanted = {
        name: multiplied_out(*quantised(each.weight), dtype)  # pyright: ignore[reportArgumentType]
        for name, each in network.items()
    }
    store_in_eight_bit(network, ())
    network.to(dtype)
    assert isinstance(linear, EightBitLinear)
    assert isinstance(convolution, EightBitConv2d)
    assert linear.weight.dtype is convolution.weight.dtype is torch.int8
    with torch.inference_mode():
        given = weights(2, 16).to(dtype)
        assert linear.bias is not None
        exact = nn.functional.linear(given, wanted["linear"], linear.bias)
        torch.testing.assert_close(linear(given), exact, rtol=0.02, atol=0.02)
        picture = weights(1, 3, 9, 9).to(dtype)
        exact = nn.functional.conv2d(picture, wanted["convolution"], convolution.bias, 2, 1)
        torch.testing.assert_close(convolution(picture), exact, rtol=0.02, atol=0.02)


def test_names_that_are_kept_stay_as_they_are() -> None:
    network = nn.ModuleDict({"norm_out": nn.Linear(4, 4), "mix": nn.Linear(4, 4)})
    store_in_eight_bit(network, ("norm",))
    assert type(network["norm_out"]) is nn.Linear
    assert type(network["mix"]) is EightBitLinear


def test_layers_that_are_something_of_their_own_are_left_alone() -> None:
    class Own(nn.Linear):
        """Whose forward is not the plain one."""

    network = nn.ModuleDict({"own": Own(4, 4)})
    store_in_eight_bit(network, ())
    assert network["own"].weight.dtype is torch.float32
