"""Variations painted together: each is what it is by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_pipelines
from tests.support.painting_desk import (
    Context,
    box_mask,
    events_of,
    painted,
    painter_of,
    picture,
    previews_of,
    progress_of,
    stopping_at,
)
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.painting.contract import (
    Control,
    Painted,
    PaintEvent,
    PaintProgress,
    PaintRequest,
    Reference,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.painting.siblings import (
    Waiting,
    at_most,
    likeness_of,
    may_be_together,
)
from velatura_backend.engines.diffusion.painting.work import PaintWork
from velatura_backend.models.records import Family, Variant
from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LOOKING = {"qwen-image-edit", "qwen-image-edit-plus", "qwen-image-layered", "flux1-kontext"}
"""They look at a picture, or paint several at once already."""
KINDS = [kind for kind in tiny_pipelines.KINDS if kind not in LOOKING]
TOLERANCE = 2e-3
"""Of white: products of another shape are added up in another order, step after step."""

ASKED = PaintRequest(
    64, 96, seed=5, wording=Wording("a red disc", "blue"), sampling=Sampling(steps=3)
)


def together(request: PaintRequest = ASKED, count: int = 3) -> PaintRequest:
    seeds = tuple(request.seed + each for each in range(1, count))
    return replace(request, siblings=seeds, hurried=False)


def later(request: PaintRequest, number: int) -> PaintRequest:
    """That of a variation after this one."""
    left = request.siblings[number:]
    return replace(request, seed=request.siblings[number - 1], siblings=left)


def own(request: PaintRequest) -> PaintRequest:
    return replace(request, siblings=())


@pytest.fixture(scope="module")
def painters() -> dict[str, DiffusionPainter]:
    return {kind: painter_of(tiny_pipelines.folder(kind)) for kind in KINDS}


@pytest.fixture
def sd15(painters: dict[str, DiffusionPainter]) -> DiffusionPainter:
    return painters["sd15"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("over", [False, True])
def test_each_is_what_it_is_by_itself(
    painters: dict[str, DiffusionPainter], kind: str, over: bool
) -> None:
    request = together()
    if over:
        request = replace(request, image=picture(), mask=box_mask(), strength=0.8)
    painter = painters[kind]
    alone = [painted(painter, own(later(request, each))) for each in (1, 2)]
    first = painted(painter, own(request))
    several = painted(painter, request)
    assert dict(several.metrics)["together"] == 3.0
    np.testing.assert_allclose(several.image, first.image, atol=TOLERANCE)
    for number, wanted in enumerate(alone, 1):
        events = events_of(painter, later(request, number))
        (found,) = events
        assert isinstance(found, Painted)
        np.testing.assert_allclose(found.image, wanted.image, atol=TOLERANCE)
    assert np.abs(alone[0].image - alone[1].image).max() > 10 * TOLERANCE


@pytest.mark.parametrize("sampler", ["euler_a", "lcm", "dpmpp_2m_karras", "tcd"])
def test_noise_that_is_added_on_the_way_is_each_ones_own(
    sd15: DiffusionPainter, sampler: str
) -> None:
    request = together(replace(ASKED, sampling=Sampling(steps=4, sampler=sampler)))
    alone = painted(sd15, own(later(request, 2)))
    painted(sd15, request)
    found = painted(sd15, later(request, 2))
    np.testing.assert_allclose(found.image, alone.image, atol=TOLERANCE)


def test_they_are_handed_out_once(sd15: DiffusionPainter) -> None:
    request = together()
    painted(sd15, request)
    assert len(events_of(sd15, later(request, 1))) == 1
    assert len(events_of(sd15, own(later(request, 1)))) > 1


def test_another_request_is_painted_by_itself(sd15: DiffusionPainter) -> None:
    request = together()
    painted(sd15, request)
    other = replace(later(request, 1), wording=Wording("a green disc"), siblings=())
    assert len(events_of(sd15, other)) > 1


def test_the_one_that_was_asked_for_is_seen(sd15: DiffusionPainter) -> None:
    events = events_of(sd15, together(replace(ASKED, seed=50)))
    alone = events_of(sd15, own(replace(ASKED, seed=50)))
    for found, wanted in zip(previews_of(events), previews_of(alone), strict=True):
        np.testing.assert_allclose(found.image, wanted.image, atol=TOLERANCE)
    assert {each.together for each in progress_of(events)} == {3}


def test_a_cancel_leaves_nothing_behind(sd15: DiffusionPainter) -> None:
    request = together(replace(ASKED, seed=900))

    def stepping(event: PaintEvent) -> bool:
        return isinstance(event, PaintProgress) and event.phase is Phase.STEPPING

    with pytest.raises(Cancelled):
        stopping_at(sd15, request, stepping)
    assert len(events_of(sd15, later(request, 1), Context(previews=False))) > 1


def test_where_memory_runs_out_one_is_painted_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"))
    run, tried = PaintWork.run, []

    def short(work: PaintWork) -> None:
        count = len(work._request.siblings) + 1
        tried.append(count)
        if count > 1:
            raise MemoryError
        run(work)

    monkeypatch.setattr(PaintWork, "run", short)
    request = together()
    result = painted(painter, request)
    assert tried == [3, 1]
    assert not result.notices, "nothing was stepped down: it only takes its time"
    painted(painter, later(request, 1))
    assert tried == [3, 1, 2, 1]
    painted(painter, replace(together(), seed=77))
    assert tried[4:] == [1], "it is remembered"


def test_only_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    painter = painter_of(tiny_pipelines.folder("sd15"))
    work = painter._pass(ASKED)
    ladder = painter._ladder()
    size = ladder.size
    assert size is not None
    from velatura_backend.engines.diffusion.memory.plan import ladder_of, peak_bytes, plan_for

    plan = plan_for(ladder_of("cpu")[0], "cpu")
    two = peak_bytes(size, plan, replace(work, batch=work.batch * 2))
    three = peak_bytes(size, plan, replace(work, batch=work.batch * 3))
    assert two < three
    monkeypatch.setattr(type(ladder), "_room", lambda _: (two + three) // 2)
    assert ladder.together(work, 8) == 2
    monkeypatch.setattr(type(ladder), "_room", lambda _: two - 1)
    assert ladder.together(work, 8) == 1
    assert replace(ladder, size=None).together(work, 8) == 1


def test_who_may_be_painted_together() -> None:
    plain, kontext = row_of(Family.SD15, Variant.BASE), row_of(Family.FLUX1, Variant.EDIT)
    request = together()
    assert may_be_together(request, plain, "cpu")
    assert may_be_together(replace(request, hurried=True), plain, "cuda")
    assert not may_be_together(replace(request, hurried=True), plain, "cpu")
    assert not may_be_together(own(request), plain, "cuda")
    assert not may_be_together(replace(request, safety=True), plain, "cuda")
    assert not may_be_together(replace(request, instruction=True), kontext, "cuda")
    referring = replace(request, references=(Reference(picture()),))
    assert may_be_together(referring, plain, "cuda")
    assert not may_be_together(referring, row_of(Family.FLUX2_KLEIN, Variant.BASE), "cuda")


def test_how_many_at_once() -> None:
    assert at_most(together(count=4)) == 4
    assert at_most(together(count=16)) == 8
    assert at_most(replace(together(count=8), height=3000, width=3000)) == 2


@pytest.fixture
def likeness() -> tuple[object, ...]:
    return likeness_of("it", ASKED)


def test_what_makes_requests_alike(likeness: tuple[object, ...]) -> None:
    assert likeness == likeness_of("it", replace(ASKED, seed=6, siblings=(7,)))
    control = Control("scribble", picture(), 0.5)
    for change in (
        {"image": picture()},
        {"mask": box_mask()},
        {"controls": (control,)},
        {"strength": 0.5},
        {"wording": Wording("a blue disc")},
    ):
        assert likeness != likeness_of("it", replace(ASKED, **change))  # pyright: ignore[reportArgumentType]
    assert likeness != likeness_of("other", ASKED)


def test_what_nobody_asks_for_goes(likeness: tuple[object, ...]) -> None:
    image = np.zeros((10, 10, 3), np.float32)
    waiting = Waiting(limit=2 * image.nbytes)
    waiting.keep(likeness, Painted(image, siblings=tuple((each, image) for each in (6, 7, 8))))
    assert not waiting.has(likeness, 6)
    assert len(waiting) == 2
    found = waiting.take(likeness, 8)
    assert found is not None
    assert found.siblings == ()
    assert waiting.take(likeness, 8) is None
