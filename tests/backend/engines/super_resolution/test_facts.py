from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from velatura_backend.engines.super_resolution.facts import NetworkFacts, Purpose, facts_of
from velatura_backend.engines.super_resolution.specs import spec_of_network
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.engines import Device
from velatura_protocol.tasks import Operation, Role

MODEL = InstalledModel(
    "mine", "Mine", ModelKind.UPSCALER, Family.NONE, Path("mine.safetensors"), ModelForm.FILE
)


def model(purpose: Purpose) -> InstalledModel:
    return replace(MODEL, detail=NetworkFacts(purpose, 4, 3, "RealESRGAN Compact").detail)


@pytest.mark.parametrize("purpose", Purpose)
def test_facts_survive_being_kept_as_a_detail(purpose: Purpose) -> None:
    assert facts_of(model(purpose)) == NetworkFacts(purpose, 4, 3, "RealESRGAN Compact")


def test_another_detail_is_none_of_a_network() -> None:
    with pytest.raises(ValueError, match="not"):
        facts_of(replace(MODEL, detail="canny"))


@pytest.mark.parametrize(
    ("purpose", "operation"),
    [
        (Purpose.UPSCALE, Operation.UPSCALE),
        (Purpose.RESTORE, Operation.RESTORE),
        (Purpose.FACE, Operation.RESTORE),
        (Purpose.INPAINT, Operation.FILL),
    ],
)
def test_each_purpose_is_an_operation(purpose: Purpose, operation: Operation) -> None:
    spec = spec_of_network(model(purpose))
    assert spec.operations == (operation,)
    assert spec.id == "mine"
    assert spec.device is Device.ACCELERATOR
    mask = spec.role(Role.MASK)
    assert mask is not None
    assert mask.required is (operation is Operation.FILL)
    assert bool(spec.intents) is (operation is Operation.FILL)
    assert 0 <= spec.rank < 10, "never the default by itself"
