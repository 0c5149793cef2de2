from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support.tiny_adapters import Shelf
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.diffusion.adapters.requests import with_adapters
from velatura_backend.engines.diffusion.adapters.styles import Style, StyleLora, write_style
from velatura_backend.engines.diffusion.painting.contract import (
    Lora,
    PaintRequest,
    ReferenceKind,
    Sampling,
    Wording,
)
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.errors import BadTask, NoModel
from velatura_protocol.tasks import Intent, Operation

IMAGE = np.random.default_rng(0).random((32, 48, 4), np.float32)
MASK = np.ones((32, 48), np.float32)
TASK = EngineTask(Operation.FILL, Intent.FILL, IMAGE, MASK, seed=3, prompt="a {red|blue} disc")
REQUEST = PaintRequest(64, 96, seed=9, image=np.zeros((64, 96, 3), np.float32))


def model(name, kind, family=Family.SD15, detail=""):
    return InstalledModel(name, name, kind, family, Path(name), ModelForm.FILE, detail=detail)


SD15 = model("sd15", ModelKind.CHECKPOINT)


@dataclass
class StyledShelf(Shelf):
    styles_directory: Path = Path("nowhere")


def adapted(task=TASK, request=REQUEST, shelf=None, of=SD15):
    return with_adapters(task, request, of, EngineResources(shelf or Shelf()))


def test_a_plain_task_changes_nothing_but_the_words():
    plain = replace(TASK, prompt="a disc", avoid="blue")
    assert adapted(plain) == replace(REQUEST, wording=Wording("a disc", "blue"))


def test_wildcards_are_drawn_by_the_tasks_seed_for_every_pass():
    words = {adapted(request=replace(REQUEST, seed=seed)).wording.prompt for seed in range(20)}
    assert len(words) == 1
    words = {adapted(replace(TASK, seed=seed)).wording.prompt for seed in range(20)}
    assert words == {"a red disc", "a blue disc"}


def test_a_style_words_the_prompt_and_fills_in_what_nobody_chose(tmp_path):
    write_style(
        tmp_path,
        Style(
            "ink", "Ink", prompt="{prompt}, ink {wash|wash}", avoid="colour",
            sampler="euler_a", steps=12, guidance=5.0, loras=(StyleLora("ink wash", 0.6),),
        ),
    )  # fmt: skip
    shelf = StyledShelf((model("ink wash", ModelKind.LORA),), styles_directory=tmp_path)
    task = replace(TASK, prompt="a cat <lora:line:0.5>", avoid="dog", parameters={
        "prompt_style": "ink", "lora_1": "oil", "lora_1_weight": 0.25, "lora_2": "none"
    })  # fmt: skip
    found = adapted(task, shelf=shelf)
    assert found.wording == Wording("a cat, ink wash", "dog, colour")
    assert found.loras == (Lora("line", 0.5), Lora("ink wash", 0.6), Lora("oil", 0.25))
    assert found.sampling == Sampling(12, 5.0, "euler_a")
    chosen = replace(REQUEST, sampling=Sampling(steps=30, sampler="ddim"))
    assert adapted(task, chosen, shelf).sampling == Sampling(30, 5.0, "ddim")


def test_a_style_that_is_not_there_is_told():
    with pytest.raises(BadTask, match="style"):
        adapted(replace(TASK, parameters={"prompt_style": "missing"}))


def test_control_layers_become_control_images_in_the_requests_size():
    strokes = np.zeros((32, 48, 4), np.float32)
    strokes[15:17, :, 3] = 1.0
    task = replace(
        TASK,
        images={"control:scribble": (strokes,), "control:tile": (IMAGE[..., [0, 3]],)},
        parameters={
            "control_scribble_weight": 0.5,
            "control_scribble_end": 0.6,
            "control_scribble_network": "net",
            "control_tile_from": "ready",
        },
    )
    scribble, tile = adapted(task).controls
    assert (scribble.kind, scribble.weight, scribble.start, scribble.end, scribble.model) == (
        "scribble", 0.5, 0.0, 0.6, "net",
    )  # fmt: skip
    assert scribble.image.shape == tile.image.shape == (64, 96, 3)
    assert scribble.image[30:34].min() > 0.5
    assert scribble.image[:26].max() < 0.05  # Lanczos rings
    assert tile.model == ""
    nothing = replace(task, parameters={"control_scribble_weight": 0.0, "control_tile_weight": 0})
    assert adapted(nothing).controls == ()


def test_a_depth_that_is_to_be_made_needs_its_network():
    task = replace(TASK, images={"control:depth": (IMAGE,)})
    assert adapted(task).controls[0].kind == "depth"
    with pytest.raises(NoModel, match="depth"):
        adapted(replace(task, parameters={"control_depth_from": "layer"}))


def test_surroundings_are_looked_at_where_a_network_can_and_the_model_cannot():
    shelf = Shelf((model("fill", ModelKind.CONTROL, detail="inpaint"),))
    over = replace(REQUEST, mask=np.ones((64, 96), np.float32))
    assert [each.kind for each in adapted(request=over, shelf=shelf).controls] == ["inpaint"]
    assert adapted(request=over).controls == ()
    assert adapted(request=replace(over, strength=0.4), shelf=shelf).controls == ()
    assert adapted(request=REQUEST, shelf=shelf).controls == ()
    off = replace(TASK, parameters={"control_inpaint": False})
    assert adapted(off, over, shelf).controls == ()


def test_references_have_their_kinds_and_weights():
    task = replace(
        TASK,
        images={"reference": (IMAGE,), "style": (IMAGE[..., [0, 3]],)},
        parameters={"reference_take": "composition", "reference_weight": 0.4},
    )
    reference, style = adapted(task).references
    assert (reference.kind, reference.weight) == (ReferenceKind.COMPOSITION, 0.4)
    assert (style.kind, style.weight) == (ReferenceKind.STYLE, 0.8)
    assert reference.image.shape == style.image.shape == (32, 48, 3)
    klein = model("klein", ModelKind.CHECKPOINT, Family.FLUX2_KLEIN)
    assert [each.weight for each in adapted(task, of=klein).references] == [1.0, 1.0]


def test_the_safety_filter_is_off_unless_asked_for():
    assert not adapted().safety
    assert adapted(replace(TASK, parameters={"safety": True})).safety
