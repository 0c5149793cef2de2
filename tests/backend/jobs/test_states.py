from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from velatura_backend.jobs.states import Checker, match_blobs, may_follow
from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.errors import (
    BadTask,
    LimitExceeded,
    MaskMismatch,
    NotFound,
    TooLarge,
    Unsupported,
)
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import BlobRef, Limits
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import (
    Canvas,
    Input,
    Intent,
    Operation,
    Placement,
    PreviewRequest,
    Role,
    Task,
)

RGB8 = PixelFormat(Depth.U8, Layout.RGB)
HERE = Rect(10, 10, 40, 30)
THERE = Rect(100, 10, 20, 20)

FILL = EngineSpec(
    "fill",
    "Fill",
    "1",
    (Operation.FILL,),
    "",
    intents=(Intent.REMOVE,),
    roles=(
        RoleSpec(Role.IMAGE, required=True),
        RoleSpec(Role.MASK, required=True),
        RoleSpec(Role.EXCLUDE),
    ),
    parameters=(Parameter("size", ParameterKind.INT, "Size", 3, minimum=1, maximum=9),),
    max_pixels=10_000,
    rank=1,
)
BETTER = replace(FILL, id="better", rank=5)
UPSCALE = EngineSpec(
    "up", "Up", "1", (Operation.UPSCALE,), "", roles=(RoleSpec(Role.IMAGE, required=True),)
)
MAKE = EngineSpec("make", "Make", "1", (Operation.GENERATE,), "")
CHECKER = Checker((FILL, BETTER, UPSCALE, MAKE), Limits(blob_pixels=1_000_000))


def image(region: Rect = HERE, blob: str = "i") -> Input:
    return Input(Role.IMAGE, blob, region, RGB8)


def mask(region: Rect = HERE, role: str = Role.MASK, form: PixelFormat = MASK_FORMAT) -> Input:
    return Input(role, "m", region, form)


def task(*inputs: Input, **changes: Any) -> Task:
    given = inputs or (image(), mask())
    plain = Task(Operation.FILL, Canvas(Size(640, 480), RGB8), given, intent=Intent.REMOVE)
    return replace(plain, **changes)


@pytest.mark.parametrize("state", JobState)
def test_nothing_follows_an_end(state: JobState) -> None:
    if state.is_end:
        assert not any(may_follow(state, each) for each in JobState)
    else:
        assert any(may_follow(state, each) for each in JobState)


def test_a_job_finishes_only_if_it_ran() -> None:
    assert may_follow(JobState.QUEUED, JobState.CANCELLED)
    assert not may_follow(JobState.QUEUED, JobState.FINISHED)
    assert not may_follow(JobState.RUNNING, JobState.QUEUED)


def test_an_engine_for_checks_is_taken_by_its_name_only() -> None:
    check = replace(MAKE, id="check", operations=(Operation.TILE,), rank=-1)
    checker = replace(CHECKER, specs=(*CHECKER.specs, check))
    tile = task(operation=Operation.TILE, intent=Intent.NONE)
    with pytest.raises(Unsupported):
        checker.resolve(tile)
    assert checker.resolve(replace(tile, engine="check")) is check


def test_without_a_name_the_best_engine_is_taken() -> None:
    assert CHECKER.resolve(task()) is BETTER
    assert CHECKER.resolve(task(engine="fill")) is FILL


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"engine": "unknown"}, NotFound),
        ({"engine": "up"}, Unsupported),
        ({"engine": "fill", "intent": Intent.ADD}, Unsupported),
        ({"intent": Intent.ADD}, Unsupported),
        ({"operation": Operation.RECOLOUR}, Unsupported),
    ],
)
def test_an_engine_that_cannot_is_refused(changes: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        CHECKER.resolve(task(**changes))


@pytest.mark.parametrize(
    "good",
    [
        task(),
        task(image(), mask(), image(THERE), mask(THERE)),
        task(image(), mask(), mask(role=Role.EXCLUDE)),
        task(parameters={"size": 9}),
        task(preview=PreviewRequest(RGB8, 0.0)),
    ],
)
def test_sound_tasks_pass(good: Task) -> None:
    CHECKER.check(good, FILL)


GROWN = Canvas(Size(640, 480), RGB8, margins=Margins(right=40))
GREY16 = PixelFormat(Depth.U16, Layout.GREY)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (task(variations=0), "variations"),
        (task(seed=-1), "seed"),
        (task(strength=1.5), "strength"),
        (task(strength=math.nan), "strength"),
        (task(prompt="x" * 30_000), "prompt"),
        (task(avoid="x" * 30_000), "avoid"),
        (task(document_key="x" * 300), "document_key"),
        (task(scale=0.0), "scale"),
        (task(scale=99.0), "scale"),
        (task(target=Size(0, 5)), "target"),
        (task(preview=PreviewRequest(RGB8, -1.0)), "preview.per_second"),
        (task(canvas=Canvas(Size(0, 0), RGB8)), "canvas.size"),
        (task(canvas=replace(GROWN, margins=Margins(600, 0, 40, 0))), "canvas.margins"),
        (task(canvas=GROWN, intent=Intent.REMOVE), "canvas.margins"),
        (task(placement=Placement.NEW_DOCUMENT), "placement"),
        (task(placement=Placement.RESIZE_DOCUMENT), "placement"),
        (task(parameters={"size": 10}), "parameters.size"),
        (task(parameters={"size": "big"}), "parameters.size"),
        (task(parameters={"colour": 1}), "parameters.colour"),
        (task(mask()), "inputs.image"),
        (task(image()), "inputs.mask"),
        (task(image(), mask(), Input("style", "s", HERE, RGB8)), "inputs[2].role"),
        (task(image(), mask(), Input("nonsense", "s", HERE, RGB8)), "inputs[2].role"),
        (task(image(), mask(form=RGB8)), "inputs[1].format"),
        (task(image(), mask(form=PixelFormat(Depth.U8, Layout.GREY_ALPHA))), "inputs[1].format"),
        (task(image(), mask(), mask()), "inputs[2].role"),
        (task(image(), image(), mask()), "inputs.image"),
        (task(image(), mask(), image(THERE)), "inputs.mask"),
        (task(image(), mask(Rect(11, 10, 40, 30))), "inputs[1].region"),
        (task(image(Rect(0, 0, 0, 9)), mask(Rect(0, 0, 0, 9))), "inputs[0].region"),
    ],
)
def test_a_bad_task_is_named_by_its_field(bad: Task, field: str) -> None:
    with pytest.raises(BadTask) as caught:
        CHECKER.check(bad, FILL)
    assert caught.value.params["field"] == field
    assert caught.value.params["reason"]


def test_a_mask_of_another_picture_is_told_with_both_sizes() -> None:
    with pytest.raises(MaskMismatch) as caught:
        CHECKER.check(task(image(), mask(Rect(0, 0, 7, 8))), FILL)
    assert caught.value.params == {"mask_width": 7, "mask_height": 8, "width": 40, "height": 30}


@pytest.mark.parametrize(
    ("bad", "spec", "limit"),
    [
        (task(image(Rect(0, 0, 200, 100)), mask(Rect(0, 0, 200, 100))), FILL, 10_000),
        (task(image(Rect(0, 0, 1001, 1000)), mask()), FILL, 1_000_000),
        (
            task(image(Rect(0, 0, 300, 300)), operation=Operation.UPSCALE, scale=4.0),
            UPSCALE,
            1_000_000,
        ),
        (task(image(), operation=Operation.GENERATE, target=Size(2000, 2000)), MAKE, 1_000_000),
    ],
)
def test_too_many_pixels_are_counted(bad: Task, spec: EngineSpec, limit: int) -> None:
    with pytest.raises((TooLarge, BadTask)) as caught:
        CHECKER.check(bad if spec is not MAKE else replace(bad, inputs=()), spec)
    assert caught.value.params["limit"] == limit


def test_a_panorama_is_not_too_wide() -> None:
    region = Rect(0, 0, 30_000, 20)
    CHECKER.check(task(image(region), mask(region)), replace(FILL, max_pixels=0))


@pytest.mark.parametrize(
    ("operation", "spec", "field"),
    [(Operation.UPSCALE, UPSCALE, "scale"), (Operation.GENERATE, MAKE, "target")],
)
def test_an_operation_needs_its_size(operation: Operation, spec: EngineSpec, field: str) -> None:
    inputs = (image(),) if spec is UPSCALE else ()
    with pytest.raises(BadTask) as caught:
        CHECKER.check(replace(task(), operation=operation, inputs=inputs), spec)
    assert caught.value.params["field"] == field


@pytest.mark.parametrize(("limit", "changes"), [("variations", {"variations": 65})])
def test_counts_are_limited(limit: str, changes: dict[str, Any]) -> None:
    with pytest.raises(LimitExceeded) as caught:
        CHECKER.check(task(**changes), FILL)
    assert caught.value.params["limit"] == limit


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(LimitExceeded) as caught:
        CHECKER.check(task(*[image()] * 300), FILL)
    assert caught.value.params == {"limit": "inputs", "value": 300, "maximum": 256}


def blob(size: Size = HERE.size, form: PixelFormat = RGB8) -> BlobRef:
    return BlobRef("0" * 64, size, form)


def test_each_input_gets_its_blob() -> None:
    blobs = {"i": blob(), "m": blob(form=MASK_FORMAT)}
    assert match_blobs(task(), blobs.get) == (blobs["i"], blobs["m"])


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (blob(Size(30, 40)), "inputs[0].region"),
        (blob(form=PixelFormat(Depth.U16, Layout.RGB)), "inputs[0].format"),
    ],
)
def test_a_blob_of_another_shape_is_refused(found: BlobRef, field: str) -> None:
    with pytest.raises(BadTask) as caught:
        match_blobs(task(), {"i": found, "m": blob(form=MASK_FORMAT)}.get)
    assert caught.value.params["field"] == field


def test_a_blob_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound) as caught:
        match_blobs(task(), {"i": blob()}.get)
    assert caught.value.params == {"what": "blob", "id": "m"}
