from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from velatura_backend.engines.diffusion.adapters.parameters import (
    adapter_parameters,
    adapter_roles,
    available_kinds,
    styles_stamp,
    takes_references,
)
from velatura_backend.engines.diffusion.adapters.styles import Style, write_style
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelForm,
    ModelKind,
    Variant,
)


def model(name, kind, family, detail=""):
    return InstalledModel(name, name, kind, family, Path(name), ModelForm.FILE, detail=detail)


@dataclass
class Shelf:
    models: tuple[InstalledModel, ...] = ()
    styles_directory: Path = Path("nowhere")

    def all(self):
        return self.models

    def get(self, model_id):
        return next(each for each in self.models if each.id == model_id)

    def of(self, kind, family=None):
        return tuple(e for e in self.models if e.kind is kind and family in (None, e.family))


SD15 = model("sd15", ModelKind.CHECKPOINT, Family.SD15)
KLEIN = model("klein", ModelKind.CHECKPOINT, Family.FLUX2_KLEIN)
EVERYTHING = Shelf(
    (
        SD15,
        model("canny", ModelKind.CONTROL, Family.SD15, "canny"),
        model("canny-2", ModelKind.CONTROL, Family.SD15, "canny"),
        model("depth", ModelKind.CONTROL, Family.SD15, "depth"),
        model("fill", ModelKind.CONTROL, Family.SD15, "inpaint"),
        model("odd", ModelKind.CONTROL, Family.SD15, ""),
        model("xl", ModelKind.CONTROL, Family.SDXL, "union"),
        *(model(f"lora-{n}", ModelKind.LORA, Family.SD15) for n in range(5)),
        model("look", ModelKind.IP_ADAPTER, Family.SD15, "base"),
        model("eye", ModelKind.IMAGE_ENCODER, Family.NONE),
        model("guard", ModelKind.SAFETY, Family.NONE),
        model("far", ModelKind.PREPROCESSOR, Family.NONE, "depth"),
    )
)


def names(of, shelf, variant=Variant.BASE):
    row = row_of(of.family, variant)
    roles = [each.role for each in adapter_roles(row, shelf)]
    return roles, [each.id for each in adapter_parameters(of, row, shelf)]


def test_with_nothing_installed_there_are_only_styles():
    assert names(SD15, Shelf((SD15,))) == ([], ["prompt_style"])


def test_what_is_installed_is_offered():
    roles, parameters = names(SD15, EVERYTHING)
    assert roles == ["reference", "style", "control:canny", "control:depth", "control:custom"]
    assert parameters == [
        "prompt_style",
        "lora_1", "lora_1_weight", "lora_2", "lora_2_weight", "lora_3", "lora_3_weight",
        "reference_take", "reference_weight", "style_weight",
        "control_canny_weight", "control_depth_weight", "control_custom_weight",
        "control_inpaint", "control_details",
        "control_canny_from", "control_canny_start", "control_canny_end", "control_canny_network",
        "control_depth_from", "control_depth_start", "control_depth_end",
        "control_custom_from", "control_custom_start", "control_custom_end",
        "safety",
    ]  # fmt: skip
    assert len(set(parameters)) == len(parameters)


def test_what_is_installed_for_another_family_is_not():
    roles, parameters = names(KLEIN, EVERYTHING)
    assert roles == ["reference"]
    assert not [each for each in parameters if each.startswith(("control", "lora", "reference"))]


def test_a_union_network_is_all_its_kinds():
    row = row_of(Family.SDXL, Variant.BASE)
    kinds = {each.id for each in available_kinds(row, EVERYTHING)}
    assert {"canny", "depth", "pose", "segmentation", "scribble", "tile", "inpaint"} <= kinds


def test_an_adapter_alone_sees_nothing():
    row = row_of(Family.SD15, Variant.BASE)
    shelf = Shelf((model("look", ModelKind.IP_ADAPTER, Family.SD15),))
    assert not takes_references(row, shelf)


def test_defaults_are_acceptable_and_every_control_says_what_it_is():
    row = row_of(Family.SD15, Variant.BASE)
    for each in adapter_parameters(SD15, row, EVERYTHING):
        assert each.check(each.default) is None, each.id
        assert each.label
        assert each.help or each.visible_if


@pytest.mark.parametrize(
    ("kind", "detail", "offered"),
    [
        ("depth", "depth", True),
        ("depth", "pose", False),
        ("depth", "faces", False),
        ("segmentation", "segmentation", True),
        ("segmentation", "depth", False),
    ],
)
def test_a_map_is_made_from_a_layer_only_where_a_network_can(kind, detail, offered):
    row = row_of(Family.SD15, Variant.BASE)
    shelf = Shelf(
        (
            model("net", ModelKind.CONTROL, Family.SD15, kind),
            model("far", ModelKind.PREPROCESSOR, Family.NONE, detail),
        )
    )
    (making,) = [e for e in adapter_parameters(SD15, row, shelf) if e.id == f"control_{kind}_from"]
    assert ("layer" in [each.id for each in making.choices]) is offered


def test_the_users_styles_are_presets_where_their_sampler_goes(tmp_path):
    shelf = Shelf((SD15,), tmp_path)
    before = styles_stamp(shelf)
    write_style(tmp_path, Style("mine", "Mine", sampler="euler_a"))
    write_style(tmp_path, Style("flow", "Flow", sampler="flow_euler"))
    assert styles_stamp(shelf) != before
    (style,) = adapter_parameters(SD15, row_of(Family.SD15, Variant.BASE), shelf)
    choices = [each.id for each in style.choices]
    assert choices[0] == "none"
    assert "mine" in choices
    assert "flow" not in choices


def test_a_style_is_offered_where_its_loras_are_installed():
    row = row_of(Family.SD15, Variant.BASE)
    lcm = model("lcm-lora-sd15", ModelKind.LORA, Family.SD15)
    offered = [
        [choice.id for choice in adapter_parameters(SD15, row, Shelf(models))[0].choices]
        for models in ((), (lcm,))
    ]
    assert "fast_lcm" not in offered[0]
    assert "fast_lcm" in offered[1]


def test_nothing_heavy_is_imported():
    code = (
        "import sys; from velatura_backend.engines.diffusion.adapters import missing, parameters;"
        "assert not {'numpy', 'torch', 'scipy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
