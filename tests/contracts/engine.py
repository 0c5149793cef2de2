"""What every engine must keep to, whichever it is. Subclass it and give the engine's id."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.base import (
    CancelToken,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from velatura_protocol.errors import Cancelled
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation

SERIAL = 7


def fresh_token() -> CancelToken:
    return CancelToken(np.zeros(1, np.int64), SERIAL)


@dataclass
class RecordingContext:
    """Wants every preview unless told otherwise."""

    threads: int = 1
    previews: bool = True
    cancel: CancelToken = field(default_factory=fresh_token)

    def wants_preview(self) -> bool:
        return self.previews


def picture(height: int, width: int, channels: int, seed: int = 0) -> FloatImage:
    """Slanted stripes with noise, opaque: something for every engine to get its teeth into."""
    generator = np.random.default_rng(seed)
    ys, xs = np.mgrid[0:height, 0:width]
    stripes = 0.5 + 0.3 * np.sin((xs + 2 * ys) / 4.0)
    image = np.ones((height, width, channels), np.float32)
    for channel in range(channels - 1):
        noise = generator.normal(0, 0.02, (height, width))
        image[..., channel] = stripes * (1 - 0.2 * channel) + noise
    return image


def hole_in(height: int, width: int) -> FloatImage:
    mask = np.zeros((height, width), np.float32)
    mask[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = 1.0
    return mask


def result_of(events: list[EngineEvent]) -> EngineResult:
    last = events[-1]
    assert isinstance(last, EngineResult)
    return last


class EngineContract:
    """``engine_id``: whom to test. ``slow``: parameters that make it work for a second or so on a
    ``slow_side`` square, for the cancel test."""

    engine_id: str
    slow: Mapping[str, ParameterValue] = MappingProxyType({})
    slow_side: int = 64

    @pytest.fixture(params=[2, 4], ids=["grey", "rgb"])
    def task(self, request: pytest.FixtureRequest) -> EngineTask:
        return self.make_task(48, 56, request.param)

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        spec = registry.spec(self.engine_id)
        intent = spec.intents[0] if spec.intents else Intent.NONE
        image = picture(height, width, channels)
        return EngineTask(spec.operations[0], intent, image, hole_in(height, width), seed=3)

    def run(self, task: EngineTask, context: RecordingContext | None = None) -> list[EngineEvent]:
        engine = registry.create(self.engine_id)
        return list(engine.run(task, context or RecordingContext()))

    def test_created_engine_carries_the_registered_spec(self):
        assert registry.create(self.engine_id).spec is registry.spec(self.engine_id)

    def test_default_parameters_satisfy_their_own_schema(self):
        for parameter in registry.spec(self.engine_id).parameters:
            assert parameter.check(parameter.default) is None

    def test_result_is_last_and_the_only_one(self, task: EngineTask):
        events = self.run(task)
        assert [isinstance(event, EngineResult) for event in events].count(True) == 1
        result_of(events)

    def test_result_is_finite_float32_with_the_channels_of_the_input(self, task: EngineTask):
        image = result_of(self.run(task)).image
        assert image.dtype == np.float32
        assert image.shape == task.image.shape
        assert np.isfinite(image).all()
        assert image[..., -1].min() >= 0.0
        assert image[..., -1].max() <= 1.0

    def test_metrics_are_finite_numbers(self, task: EngineTask):
        for value in result_of(self.run(task)).metrics.values():
            assert np.isfinite(value)

    def test_same_seed_gives_the_same_pixels(self, task: EngineTask):
        first, second = result_of(self.run(task)), result_of(self.run(task))
        assert np.array_equal(first.image, second.image)

    def test_thread_count_does_not_change_pixels(self, task: EngineTask):
        one = result_of(self.run(task, RecordingContext(threads=1)))
        two = result_of(self.run(task, RecordingContext(threads=2)))
        assert np.array_equal(one.image, two.image)

    def test_previews_do_not_change_pixels(self, task: EngineTask):
        with_previews = result_of(self.run(task, RecordingContext(previews=True)))
        without = result_of(self.run(task, RecordingContext(previews=False)))
        assert np.array_equal(with_previews.image, without.image)

    def test_previews_are_crop_sized_and_finite(self, task: EngineTask):
        for event in self.run(task):
            if isinstance(event, EnginePreview):
                assert event.image.shape == task.image.shape
                assert event.image.dtype == np.float32
                assert np.isfinite(event.image).all()

    def test_no_preview_unless_wanted(self, task: EngineTask):
        events = self.run(task, RecordingContext(previews=False))
        assert not any(isinstance(event, EnginePreview) for event in events)

    def test_progress_rises_from_0_to_1(self, task: EngineTask):
        fractions = [e.fraction for e in self.run(task) if isinstance(e, EngineProgress)]
        assert fractions == sorted(fractions)
        assert all(0.0 <= fraction <= 1.0 for fraction in fractions)

    def test_inputs_are_left_alone(self, task: EngineTask):
        """Read-only inputs, as shared memory may be."""
        image, mask = task.image.copy(), task.mask.copy()
        task.image.flags.writeable = False
        task.mask.flags.writeable = False
        result = result_of(self.run(task))
        assert np.array_equal(task.image, image)
        assert np.array_equal(task.mask, mask)
        assert not np.shares_memory(result.image, task.image)

    def test_cancelled_before_it_starts_it_does_nothing(self, task: EngineTask):
        context = RecordingContext()
        context.cancel.flag[0] = SERIAL
        with pytest.raises(Cancelled):
            self.run(task, context)

    def test_another_orders_cancel_is_ignored(self, task: EngineTask):
        context = RecordingContext()
        context.cancel.flag[0] = SERIAL - 1
        result_of(self.run(task, context))

    def test_cancel_while_it_works_stops_it_soon(self):
        """In processor time, for the machine may be busy. The figure itself is the benchmark's."""
        slow = self.make_task(self.slow_side, self.slow_side, 4)
        task = replace(slow, parameters=dict(self.slow))
        context = RecordingContext(threads=2, previews=False)
        cancelled_at: list[float] = []

        def cancel() -> None:
            cancelled_at.append(time.process_time())
            context.cancel.flag[0] = SERIAL

        timer = threading.Timer(0.1, cancel)
        timer.start()
        with pytest.raises(Cancelled):
            self.run(task, context)
        stopped_after = time.process_time() - cancelled_at[0]
        timer.join()
        assert stopped_after < 1.0

    def test_every_operation_it_lists_gives_a_result(self):
        spec = registry.spec(self.engine_id)
        for operation in spec.operations:
            intents = spec.intents if operation is Operation.FILL else (Intent.NONE,)
            for intent in intents:
                task = replace(self.make_task(24, 20, 4), operation=operation, intent=intent)
                assert result_of(self.run(task)).image.shape[2] == 4
