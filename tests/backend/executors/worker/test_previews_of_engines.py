"""Every built-in engine shows something before it is done, in the form that a client can use."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import RGBA8, Desk, all_of
from velatura_backend.engines import registry
from velatura_backend.executors.base import WorkFinished, WorkPreview, WorkResult
from velatura_backend.executors.worker.flow import Worker, token_over
from velatura_protocol.engines import Device, EngineSpec
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Intent, Operation, Placement, PreviewRequest, Role

SIZE = Size(96, 80)
OPERATIONS = [
    (spec, operation)
    for spec in registry.specs()
    if spec.device is Device.CPU and not spec.is_for_checks
    for operation in spec.operations
]


def desk_for(spec: EngineSpec, folder: Path) -> Desk:
    desk = Desk(folder, size=SIZE)
    ys, xs = np.mgrid[: SIZE.height, : SIZE.width]
    samples = np.full((SIZE.height, SIZE.width, 4), 255, np.uint8)
    for channel in range(3):
        samples[..., channel] = 128 + 80 * np.sin((xs + (2 - channel) * ys) / 5.0)
    samples[20:60, 30:70, 0] = 250
    desk.add(Role.IMAGE, samples, RGBA8)
    if spec.role(Role.MASK) is not None:
        mask = np.zeros((SIZE.height, SIZE.width), np.uint8)
        mask[16:64, 26:74] = 255
        desk.add_mask(mask)
    return desk


@pytest.mark.parametrize(
    ("spec", "operation"), OPERATIONS, ids=[operation.value for _, operation in OPERATIONS]
)
def test_something_is_shown_before_the_result(
    tmp_path: Path, spec: EngineSpec, operation: Operation
) -> None:
    order = desk_for(spec, tmp_path).order(
        spec,
        operation=operation,
        intent=spec.intents[0] if spec.intents else Intent.NONE,
        scale=2.0 if operation is Operation.UPSCALE else None,
        target=Size(128, 72) if operation is Operation.RETARGET else None,
        parameters={"measure": False, "denoise": 0.5} if operation is Operation.RESTORE else {},
        preview=PreviewRequest(RGBA8, per_second=1000.0),
    )
    events = list(Worker(threads=2).run(order, token_over(array("q", [0]), 1)))
    assert isinstance(events[-1], WorkFinished)
    previews: list[WorkPreview] = all_of(events, WorkPreview)
    assert previews
    is_result = [isinstance(each, WorkResult) for each in events]
    assert events.index(previews[0]) < is_result.index(True)
    elsewhere = operation in (Operation.RETARGET, Operation.UPSCALE)
    for each in previews:
        assert each.region.is_empty == elsewhere
        assert elsewhere or each.region.size == each.blob.size
        assert each.blob.path.stat().st_size == RGBA8.byte_count(each.blob.size)
    if operation is Operation.RETARGET:
        assert {each.blob.size for each in previews} == {Size(128, 72)}


def test_an_upscale_onto_the_canvas_is_shown_there(tmp_path: Path) -> None:
    spec = registry.spec("builtin_upscale")
    order = desk_for(spec, tmp_path).order(
        spec,
        operation=Operation.UPSCALE,
        intent=Intent.NONE,
        scale=2.0,
        placement=Placement.ABOVE,
        preview=PreviewRequest(RGBA8, per_second=1000.0),
    )
    events = list(Worker(threads=2).run(order, token_over(array("q", [0]), 1)))
    regions = {each.region for each in all_of(events, WorkPreview)}
    assert regions == {Rect(26, 16, 48, 48)}
