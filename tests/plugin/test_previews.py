from __future__ import annotations

from velatura_plugin.previews import CanvasGate


class Bench:
    """A clock by hand, and a canvas whose refresh takes as long as one says."""

    def __init__(self) -> None:
        self.now = 100.0
        self.cost = 0.0
        self.shown: list[float] = []
        self.gate = CanvasGate(lambda: self.now)

    def offer(self) -> bool:
        return self.gate.offer(self.show)

    def show(self) -> None:
        self.shown.append(self.now)
        self.now += self.cost


def test_at_most_four_a_second() -> None:
    bench = Bench()
    for _ in range(100):
        bench.offer()
        bench.now += 0.01
    assert len(bench.shown) == 4


def test_a_canvas_that_takes_long_rests_longer() -> None:
    bench = Bench()
    bench.cost = 0.09
    assert bench.offer()
    bench.now += 0.35
    assert not bench.offer()
    bench.now += 0.02
    assert bench.offer()


def test_a_canvas_that_takes_too_long_is_left_alone() -> None:
    bench = Bench()
    assert bench.offer()
    bench.now += 1000.0
    bench.cost = 0.11
    assert bench.offer()
    bench.now += 1000.0
    assert not bench.offer()
    assert len(bench.shown) == 2


def test_the_first_one_which_inserts_the_layer_may_take_longer() -> None:
    bench = Bench()
    bench.cost = 3.0
    assert bench.offer()
    bench.cost = 0.01
    bench.now += 11.9
    assert not bench.offer()
    bench.now += 0.2
    assert bench.offer()


def test_none_is_shown_while_one_is_being_shown() -> None:
    bench = Bench()
    inner: list[bool] = []
    assert bench.gate.offer(lambda: inner.append(bench.offer()))
    assert inner == [False]
    bench.now += 1.0
    assert bench.offer()
