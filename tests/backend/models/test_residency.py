"""Components under a budget: loaded once, shared, pinned while used, gone when others need room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from velatura_backend.models.residency import DoesNotFit, Residency, ResidencyLimits
from velatura_protocol.errors import Cancelled

torch.set_num_threads(1)
KIB = 1024


class Plenty:
    """More than any test takes."""

    def available(self) -> int:
        return 1 << 40

    def give_back(self) -> None:
        pass


@dataclass
class Little:
    """``left`` bytes, whatever is taken of them."""

    left: int
    asked: int = field(default=0)

    def available(self) -> int:
        return self.left

    def give_back(self) -> None:
        self.asked += 1


def module(kib: int = 1, value: float = 0.0) -> nn.Module:
    """Weighs exactly so much, in two tensors."""
    made = nn.Module()
    made.weight = nn.Parameter(torch.full((kib * 128,), float(value)))
    made.register_buffer("table", torch.full((kib * 128,), float(value)))
    return made


def loader(kib: int = 1, value: float = 0.0) -> Callable[[], nn.Module]:
    return lambda: module(kib, value)


def never() -> nn.Module:
    raise AssertionError("it is loaded already")


def residency(kib: int | None = None, *, apart: bool = True, host: int | None = None) -> Residency:
    limits = ResidencyLimits(
        None if kib is None else kib * KIB, None if host is None else host * KIB
    )
    return Residency("cpu", limits, Plenty(), Plenty(), apart=apart)


def names(kept: Residency, *, on_device: bool = True) -> list[str]:
    return [
        name for each in kept.resident() if each.on_device is on_device for _, name in each.names
    ]


@pytest.mark.parametrize("apart", [True, False])
def test_a_component_is_loaded_once(apart: bool) -> None:
    kept = residency(apart=apart)
    with kept.use("a", "unet", loader()) as first:
        pass
    with kept.use("a", "unet", never) as second:
        assert second is first
    assert kept.has("a", "unet")
    assert not kept.has("a", "vae")


@pytest.mark.parametrize("apart", [True, False])
def test_the_least_recently_used_leaves_first(apart: bool) -> None:
    kept = residency(3, apart=apart)
    for value, name in enumerate(("one", "two", "three")):
        with kept.use("a", name, loader(1, value)):
            pass
    with kept.use("a", "one", never):
        pass
    with kept.use("a", "four", loader(1, 4)):
        pass
    assert names(kept) == ["three", "one", "four"]


def test_what_left_the_device_comes_back_without_reading() -> None:
    kept = residency(1)
    with kept.use("a", "unet", loader(1, 0.5)):
        pass
    with kept.use("a", "vae", loader(1, 1.0)):
        pass
    assert names(kept, on_device=False) == ["unet"]
    with kept.use("a", "unet", never) as again:
        assert torch.all(again.weight == 0.5)


def test_on_the_cpu_what_leaves_is_gone() -> None:
    kept = residency(1, apart=False)
    with kept.use("a", "unet", loader(1, 0.5)):
        pass
    with kept.use("a", "vae", loader(1, 1.0)):
        pass
    assert not kept.has("a", "unet")


@pytest.mark.parametrize("apart", [True, False])
def test_what_is_in_use_stays(apart: bool) -> None:
    kept = residency(2, apart=apart)
    with kept.use("a", "unet", loader(2)):
        with pytest.raises(DoesNotFit) as error, kept.use("a", "vae", loader(1, 1.0)):
            pass
        assert names(kept) == ["unet"]
        assert kept.release() == 0
    assert (error.value.needed, error.value.room) == (KIB, 0)
    assert isinstance(error.value, MemoryError)


def test_a_component_that_does_not_fit_the_cpu_is_not_kept_there() -> None:
    kept = residency(1, apart=False)
    with pytest.raises(DoesNotFit), kept.use("a", "unet", loader(2)):
        pass
    assert kept.resident() == ()


def test_one_that_is_known_not_to_fit_is_not_even_read() -> None:
    kept = residency(1, apart=False)
    with pytest.raises(DoesNotFit), kept.use("a", "unet", never, size=2 * KIB):
        pass


def test_using_twice_at_once_pins_until_both_ended() -> None:
    kept = residency(1)
    outer = kept.use("a", "unet", loader(1))
    outer.__enter__()
    with kept.use("a", "unet", never):
        pass
    with pytest.raises(DoesNotFit), kept.use("a", "vae", loader(1, 1.0)):
        pass
    outer.__exit__(None, None, None)
    with kept.use("a", "vae", loader(1, 1.0)):
        pass
    assert names(kept) == ["vae"]


def test_equal_components_of_two_models_are_one() -> None:
    kept = residency()
    with kept.use("a", "vae", loader(4, 0.25)) as one, kept.use("b", "vae", loader(4, 0.25)) as two:
        assert one is two
    assert kept.resident()[0].names == (("a", "vae"), ("b", "vae"))
    kept.forget("a")
    assert kept.has("b", "vae")
    kept.forget("b")
    assert kept.resident() == ()


def test_one_value_that_no_sample_saw_is_a_difference() -> None:
    def other() -> nn.Module:
        made = module(4, 0.25)
        with torch.no_grad():
            made.weight[3] += 1e-6
        return made

    kept = residency()
    with kept.use("a", "vae", loader(4, 0.25)) as one, kept.use("b", "vae", other) as two:
        assert one is not two


def test_sharing_can_be_declined() -> None:
    kept = residency()
    with (
        kept.use("a", "te", loader(1)) as one,
        kept.use("b", "te", loader(1), share=False) as two,
    ):
        assert one is not two


def test_the_host_copy_is_not_touched_by_what_happens_on_the_device() -> None:
    kept = residency(1)
    with kept.use("a", "unet", loader(1, 0.5)) as unet:
        with torch.no_grad():
            unet.weight.mul_(3)
        unet.adapter = nn.Linear(2, 2)
    kept.release()
    with kept.use("a", "unet", never) as again:
        assert torch.all(again.weight == 0.5)
        assert again.adapter.weight.shape == (2, 2)


def test_streamed_components_take_no_room_on_the_device() -> None:
    kept = residency(1)
    with kept.use("a", "unet", loader(50), streamed=True) as unet:
        assert names(kept) == []
        assert unet.weight.numel() == 50 * 128


def test_another_way_of_using_it_loads_it_anew() -> None:
    kept = residency(50)
    with kept.use("a", "unet", loader(5)) as resident:
        pass
    with kept.use("a", "unet", loader(5), streamed=True) as streamed:
        assert streamed is not resident
    assert len(kept.resident()) == 1


def test_a_cancelled_copy_leaves_it_whole_in_the_hosts_memory() -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(0)
        if len(calls) == 2:
            raise Cancelled(phase="loading")

    kept = residency()
    with pytest.raises(Cancelled), kept.use("a", "unet", loader(1, 0.5), check=check):
        pass
    assert names(kept, on_device=False) == ["unet"]
    with kept.use("a", "unet", never) as unet:
        assert torch.all(unet.weight == 0.5)


def test_a_load_that_fails_leaves_nothing() -> None:
    def broken() -> nn.Module:
        raise OSError("no such file")

    kept = residency()
    with pytest.raises(OSError, match="no such file"), kept.use("a", "unet", broken):
        pass
    assert kept.resident() == ()


def test_release_frees_what_is_wanted_and_tells_the_allocator() -> None:
    memory = Little(1 << 30)
    kept = Residency("cpu", memory=memory, host=Plenty(), apart=True)
    for value, name in enumerate(("one", "two", "three")):
        with kept.use("a", name, loader(1, value)):
            pass
    assert kept.release(KIB + 1) == 2 * KIB
    assert names(kept) == ["three"]
    assert memory.asked == 1


def test_room_is_what_is_free_and_what_is_ours_less_what_is_to_work_in() -> None:
    kept = Residency("cpu", ResidencyLimits(working=KIB), Little(4 * KIB), Plenty(), apart=True)
    assert kept.room() == 3 * KIB
    with kept.use("a", "unet", loader(2)):
        assert kept.room() == 5 * KIB
        kept.limits = ResidencyLimits(device=4 * KIB, working=KIB)
        assert kept.room() == 3 * KIB


def test_alone_means_that_all_others_leave() -> None:
    kept = residency()
    for value, name in enumerate(("one", "two")):
        with kept.use("a", name, loader(1, value)):
            pass
    kept.limits = ResidencyLimits(alone=True)
    with kept.use("a", "three", loader(1, 3)), kept.use("a", "four", loader(1, 4)):
        assert names(kept) == ["three", "four"]


def test_it_does_not_matter_in_which_mode_of_torch_it_is_used() -> None:
    kept = residency()
    data = torch.ones(1, 3)
    with torch.inference_mode(), kept.use("a", "one", lambda: nn.Linear(3, 3)) as one:
        first = one(data).clone()
    kept.release()
    with kept.use("a", "one", never) as one:
        second = one(data)
        assert not one.weight.is_inference()
    kept.release()
    with torch.inference_mode(), kept.use("a", "one", never) as one:
        assert torch.equal(one(data), first)
    assert torch.equal(second, first)


def test_host_copies_have_a_limit_too() -> None:
    kept = residency(1, host=2)
    for value, name in enumerate(("one", "two", "three")):
        with kept.use("a", name, loader(1, value), size=KIB):
            pass
    assert not kept.has("a", "one")
    assert names(kept, on_device=False) == ["two"]
    assert names(kept) == ["three"]


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 12),
    uses=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=20),
    apart=st.booleans(),
)
def test_weights_never_exceed_the_limit(
    limit: int, uses: list[tuple[int, bool]], apart: bool
) -> None:
    kept = residency(limit, apart=apart)
    held = []
    for index, hold in uses:
        block = kept.use("a", str(index), loader(index + 1, index))
        try:
            block.__enter__()
        except DoesNotFit:
            pinned = sum(each.bytes for each in kept.resident() if each.in_use)
            assert pinned + (index + 1) * KIB > limit * KIB
            continue
        if hold:
            held.append(block)
        else:
            block.__exit__(None, None, None)
        assert sum(e.bytes for e in kept.resident() if e.on_device) <= limit * KIB
        assert all(each.on_device for each in kept.resident() if each.in_use)
    for block in held:
        block.__exit__(None, None, None)
