from __future__ import annotations

import subprocess
import sys

import pytest

from velatura_backend.engines.diffusion.families import parts as family_parts
from velatura_backend.engines.diffusion.families.fields import (
    Adapter,
    FamilyRow,
    Guiding,
    Noising,
    Stage,
)
from velatura_backend.engines.diffusion.families.table import ROWS, row_of, supported_families
from velatura_backend.engines.diffusion.sampling import SAMPLER_LABELS
from velatura_backend.models.records import Family, Variant
from velatura_protocol.errors import Unsupported

EACH = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)


def test_there_is_one_row_for_each_pair() -> None:
    pairs = [(row.family, row.variant) for row in ROWS]
    assert len(pairs) == len(set(pairs))
    assert {family for family, _ in pairs} == set(Family) - {Family.NONE}
    assert row_of(Family.SD15, Variant.INPAINT).mask_input.value == "channels"


def test_what_is_supported_in_full() -> None:
    full = {row.family for row in ROWS if not row.experimental}
    assert full == {Family.SD15, Family.SDXL, Family.FLUX2_KLEIN, Family.Z_IMAGE}


def test_no_row() -> None:
    with pytest.raises(Unsupported):
        row_of(Family.SD15, Variant.LAYERED)


def test_the_table_is_read_without_anything_heavy() -> None:
    code = (
        "import sys; from velatura_backend.engines.diffusion import families, specs, recognition;"
        "print([m for m in ('numpy', 'torch', 'diffusers', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@EACH
def test_a_row_agrees_with_itself(row: FamilyRow) -> None:
    assert row.component(row.denoiser).stage is Stage.DENOISING
    assert row.component("vae").stage is Stage.PICTURE
    assert row.component(row.text.tokenizer) in row.of_stage(Stage.TEXT)
    for distilled in (False, True):
        defaults = row.defaults_for(distilled=distilled)
        assert defaults.sampler in row.samplers
        assert defaults.steps >= 1
    assert set(row.samplers) <= set(SAMPLER_LABELS)
    sizes = row.sizes
    assert sizes.minimum <= sizes.native <= sizes.maximum
    assert sizes.min_side <= sizes.max_side
    assert sizes.multiple % (2 * row.latent_factor) == 0
    assert row.licence
    assert row.title in supported_families() or "(" in row.title


@EACH
def test_schedules_of_files_are_whole(row: FamilyRow) -> None:
    told = row.schedule_for(distilled=False)
    assert ("beta_start" in told) == (row.noising is Noising.VARIANCE)
    assert ("shift" in told) == (row.noising is Noising.FLOW)


@EACH
def test_the_library_has_every_class(row: FamilyRow) -> None:
    diffusers = pytest.importorskip("diffusers")
    transformers = pytest.importorskip("transformers")
    libraries = {"diffusers": diffusers, "transformers": transformers}
    assert hasattr(diffusers, row.pipeline)
    for component in row.components:
        if component.library in libraries:
            assert hasattr(libraries[component.library], component.make[0])


def test_shared_parts() -> None:
    assert frozenset(Adapter) == family_parts.EVERYTHING
    assert row_of(Family.SD15, Variant.BASE).components[0] is family_parts.UNET
    assert row_of(Family.FLUX1, Variant.BASE).guiding is Guiding.EMBEDDED
