from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import load_file, save_file

from tests.support import tiny_adapters as made
from tests.support import tiny_pipelines
from velatura_backend.engines.diffusion.adapters.control.calls import (
    Asked,
    ControlCall,
    added,
    lent_parts,
)
from velatura_backend.engines.diffusion.adapters.control.controls import (
    ActiveControl,
    chosen_controls,
    conducted,
)
from velatura_backend.engines.diffusion.adapters.control.networks import load_control
from velatura_backend.engines.diffusion.painting.contract import Control
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.errors import ModelDamaged, NoModel, NotFound, Unsupported

BLACK = np.zeros((8, 8, 3), np.float32)


def network(name, detail, family=Family.SD15):
    path = Path(name)
    return InstalledModel(
        name, name, ModelKind.CONTROL, family, path, ModelForm.FILE, detail=detail
    )


SD15 = network("sd15", "")


def test_one_of_its_own_kind_comes_before_a_union():
    shelf = made.Shelf((network("all", "union"), network("edges", "canny")))
    (canny,) = chosen_controls([Control("canny", BLACK)], shelf, SD15)
    (depth,) = chosen_controls([Control("depth", BLACK)], shelf, SD15)
    assert (canny.network.id, depth.network.id) == ("edges", "all")
    assert canny.mode is None
    (asked,) = chosen_controls([Control("canny", BLACK, model="all")], shelf, SD15)
    assert asked.network.id == "all"
    assert chosen_controls([Control("pose", BLACK, weight=0.0)], made.Shelf(), SD15) == ()


def test_what_is_not_there_is_told():
    shelf = made.Shelf((network("edges", "canny"),))
    with pytest.raises(NoModel, match="scribble"):
        chosen_controls([Control("scribble", BLACK)], shelf, SD15)
    with pytest.raises(NotFound, match="other"):
        chosen_controls([Control("canny", BLACK, model="other")], shelf, SD15)
    (odd,) = chosen_controls([Control("colour", BLACK, model="edges")], shelf, SD15)
    assert odd.mode is None
    shelf = made.Shelf((network("all", "union", Family.SDXL),))
    sdxl = network("sdxl", "", Family.SDXL)
    (odd,) = chosen_controls([Control("colour", BLACK, model="all")], shelf, sdxl)
    with pytest.raises(Unsupported, match="colour"):
        _ = odd.mode


@pytest.mark.parametrize(
    ("start", "end", "acting"),
    [
        (0.0, 1.0, [0, 1, 2, 3]),
        (0.0, 0.5, [0, 1]),
        (0.5, 1.0, [2, 3]),
        (0.25, 0.75, [1, 2]),
        (0.9, 0.1, []),
    ],
)
def test_it_acts_on_whole_steps_inside_of_its_shares(start, end, acting):
    control = ActiveControl(Asked(None, torch.zeros(1), 1.0, None), start, end)
    assert [step for step in range(4) if control.acts(step, 4)] == acting


def test_answers_add_up_whatever_they_are_made_of():
    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    assert added(None, one) is one
    assert added(one, None) is one
    assert added([one, two], [two, two]) == [torch.tensor([3.0]), torch.tensor([4.0])]
    found = added({"a": one, "b": two}, {"b": two, "c": one})
    assert {key: float(each) for key, each in found.items()} == {"a": 1.0, "b": 4.0, "c": 1.0}


class Denoiser(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = []

    def forward(self, sample, timestep, extra=None):
        self.calls.append((float(timestep), None if extra is None else float(extra)))
        return sample


def test_two_calls_of_one_step_are_one_step(monkeypatch):
    asked = []
    call = ControlCall(
        False,
        lambda each, named: asked.append(float(named["timestep"])) or {"extra": torch.ones(1)},
    )
    monkeypatch.setattr(
        "velatura_backend.engines.diffusion.adapters.control.controls.call_for",
        lambda network: call,
    )
    denoiser = Denoiser()
    control = ActiveControl(Asked(None, torch.zeros(1), 1.0, None), 0.0, 0.5)
    with conducted(denoiser, [control], lambda: 2):
        for time in (900, 900, 500, 500):
            denoiser(torch.zeros(1), torch.tensor(time))
    denoiser(torch.zeros(1), timestep=100)
    assert asked == [900.0, 900.0]
    assert [extra for _, extra in denoiser.calls] == [1.0, 1.0, None, None, None]


def test_parts_are_lent_and_given_back():
    class ZImageControlNetModel:
        pass

    names = ("t_scale", "t_embedder", "all_x_embedder", "cap_embedder", "rope_embedder")
    names += ("noise_refiner", "context_refiner", "x_pad_token", "cap_pad_token")
    denoiser = type("Denoiser", (), {name: name for name in names})
    borrower = ZImageControlNetModel()
    with lent_parts(borrower, denoiser):
        assert borrower.t_embedder == "t_embedder"
    assert borrower.t_embedder is None
    with lent_parts(object(), denoiser):
        pass


@pytest.fixture(scope="module")
def unet():
    torch.manual_seed(0)
    return tiny_pipelines.build("sd15").unet


def control(path, family=Family.SD15):
    return made.installed(path, ModelKind.CONTROL, family)


@pytest.mark.parametrize("union", [False, True])
def test_a_file_is_the_network_it_was_written_from(tmp_path, union):
    torch.manual_seed(0)
    denoiser = tiny_pipelines.build("sdxl" if union else "sd15").unet
    base = "sdxl" if union else "sd15"
    path = made.control_file(tmp_path / "net.safetensors", base, union=union)
    network = load_control(control(path), denoiser)
    tensors = load_file(path)
    assert network.state_dict().keys() == tensors.keys()
    assert all(torch.equal(tensors[name], each) for name, each in network.state_dict().items())
    assert type(network).__name__ == ("ControlNetUnionModel" if union else "ControlNetModel")


def test_a_file_for_a_checkpoint_with_further_channels_keeps_its_own(tmp_path):
    torch.manual_seed(0)
    nine = tiny_pipelines.build("sd15-inpaint").unet
    path = made.control_file(tmp_path / "net.safetensors", "sd15")
    assert load_control(control(path), nine).config.in_channels == 4


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"a.lora_down.weight": torch.zeros(2, 2)}, "what=control_lora"),
        ({"control_model.x": torch.zeros(2, 2)}, "what=other_family, kind=control"),
        ({"what": torch.zeros(2, 2)}, "what=not_one, kind=control"),
    ],
)
def test_what_is_no_control_network_is_named(tmp_path, unet, tensors, reason):
    save_file(tensors, tmp_path / "odd.safetensors")
    with pytest.raises(Unsupported, match=f"odd.*{reason}"):
        load_control(control(tmp_path / "odd.safetensors"), unet)


def test_a_file_for_what_takes_no_control(tmp_path):
    path = made.embedding_file(tmp_path / "odd.safetensors")
    with pytest.raises(Unsupported, match="no_control_here"):
        load_control(control(path), torch.nn.Linear(1, 1))


def test_a_folder_is_to_hold_a_control_network(tmp_path, unet):
    folder = tmp_path / "odd"
    folder.mkdir()
    with pytest.raises(ModelDamaged, match=r"config\.json"):
        load_control(control(folder), unet)
    (folder / "config.json").write_text('{"_class_name": "AutoencoderKL"}')
    with pytest.raises(Unsupported, match="AutoencoderKL"):
        load_control(control(folder), unet)
    (folder / "config.json").write_text('{"_class_name": "ControlNetModel"}')
    with pytest.raises(ModelDamaged, match="odd"):
        load_control(control(folder), unet)
