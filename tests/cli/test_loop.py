from __future__ import annotations

import threading

from velatura_cli.loop import MainLoop


def test_runs_actions_in_order_until_finished() -> None:
    loop = MainLoop()
    seen: list[int] = []
    for number in range(5):
        loop.post(lambda number=number: seen.append(number))
    assert loop.run_until(lambda: len(seen) == 3)
    assert seen == [0, 1, 2]
    assert loop.run_until(lambda: len(seen) == 5)


def test_takes_actions_from_other_threads() -> None:
    loop = MainLoop()
    seen: list[str] = []
    thread = threading.Thread(
        target=lambda: loop.post(lambda: seen.append(threading.current_thread().name))
    )
    thread.start()
    assert loop.run_until(lambda: bool(seen), timeout=60)
    thread.join()
    assert seen == [threading.current_thread().name]


def test_gives_up_in_time() -> None:
    assert not MainLoop().run_until(lambda: False, timeout=0.01)
    assert MainLoop().run_until(lambda: True, timeout=0.0)
