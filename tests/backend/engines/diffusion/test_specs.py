from __future__ import annotations

import pytest

from velatura_backend.engines.diffusion.families.table import ROWS, row_of
from velatura_backend.engines.diffusion.sampling import sampling_parameters, sampling_values
from velatura_backend.engines.diffusion.specs import spec_of, specs_of
from velatura_backend.engines.resources import NO_MODELS
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind, Variant
from velatura_protocol.engines import Device, EngineColour
from velatura_protocol.tasks import Intent, Operation


def model_of(row, tmp_path, **more) -> InstalledModel:
    return InstalledModel(
        "some-model", "Some model", ModelKind.CHECKPOINT, row.family, tmp_path, ModelForm.FOLDER,
        variant=row.variant, **more,
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_what_a_model_says_about_itself(row, tmp_path) -> None:
    spec = spec_of(model_of(row, tmp_path), NO_MODELS)
    assert spec.id == "some-model"
    assert spec.name == "Some model"
    assert spec.sentence.endswith(".")
    assert ("on trial" in spec.sentence) == row.experimental
    assert spec.device is Device.ACCELERATOR
    assert spec.colour is EngineColour.SRGB
    assert spec.weights
    assert spec.takes_prompt
    assert spec.licence == row.licence
    assert {Operation.FILL, Operation.GENERATE, Operation.UPSCALE} <= set(spec.operations)
    assert {Intent.ADD, Intent.REMOVE, Intent.REPLACE_BACKGROUND} <= set(spec.intents)
    assert 0 < spec.rank < 10
    ids = [parameter.id for parameter in spec.parameters]
    assert len(ids) == len(set(ids))
    for parameter in spec.parameters:
        assert parameter.check(parameter.default) is None, parameter.id
        assert parameter.help, parameter.id
    assert not any(role.required for role in spec.roles)


def test_a_model_that_paints_in_layers_is_asked_how_many(tmp_path) -> None:
    spec = spec_of(model_of(row_of(Family.QWEN_IMAGE, Variant.LAYERED), tmp_path), NO_MODELS)
    layers = spec.parameter("layers")
    assert layers is not None
    assert (layers.default, layers.main) == (4, True)
    assert "layers with transparency" in spec.sentence
    plain = model_of(row_of(Family.QWEN_IMAGE, Variant.EDIT), tmp_path)
    assert spec_of(plain, NO_MODELS).parameter("layers") is None


def test_a_distilled_model_has_its_own_defaults(tmp_path) -> None:
    klein = next(row for row in ROWS if row.family is Family.FLUX2_KLEIN)
    slow = spec_of(model_of(klein, tmp_path), NO_MODELS).parameter("steps")
    fast = spec_of(model_of(klein, tmp_path, distilled=True), NO_MODELS).parameter("steps")
    assert slow is not None
    assert fast is not None
    assert (slow.default, fast.default) == (28, 4)


def test_models_of_families_nobody_knows_are_left_out(tmp_path) -> None:
    class Shelf:
        def all(self):
            return self.of(ModelKind.CHECKPOINT)

        def get(self, model_id):
            raise AssertionError(model_id)

        def of(self, kind, family=None):
            if kind is not ModelKind.CHECKPOINT:
                return ()
            known = model_of(ROWS[0], tmp_path)
            odd = InstalledModel(
                "odd", "Odd", kind, Family.SD15, tmp_path, ModelForm.FOLDER,
                variant=Variant.LAYERED,
            )  # fmt: skip
            return (odd, known)

    assert [spec.id for spec in specs_of(Shelf())] == ["some-model"]


def test_a_sampler_is_offered_where_there_is_a_choice() -> None:
    for row in ROWS:
        ids = [each.id for each in sampling_parameters(row, row.defaults)]
        assert ("sampler" in ids) == (len(row.samplers) > 1)


def test_what_was_asked_of_sampling() -> None:
    assert sampling_values({}) == (0, -1.0, "")
    asked = {"steps": 9, "guidance": 2, "sampler": "ddim"}
    assert sampling_values(asked) == (9, 2.0, "ddim")
