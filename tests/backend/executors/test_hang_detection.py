from __future__ import annotations

from velatura_backend.executors.hang_detection import Hang, HangDetector, Patience

PATIENCE = Patience(silent=2, silent_loading=4, idle=6, start=8)


def beats(
    hang_detector: HangDetector, *, ready: bool = True, loading: bool = False
) -> tuple[int, Hang]:
    """After how many beats it is given up, if nothing is heard."""
    for count in range(1, 100):
        hang = hang_detector.beat(ready=ready, loading=loading)
        if hang is not None:
            return count, hang
    raise AssertionError("never")


def test_silence_is_death() -> None:
    assert beats(HangDetector(PATIENCE)) == (3, Hang.SILENT)


def test_who_loads_may_be_silent_for_longer() -> None:
    assert beats(HangDetector(PATIENCE), loading=True) == (5, Hang.SILENT)


def test_a_pulse_without_work_is_not_enough() -> None:
    hang_detector = HangDetector(PATIENCE)
    for _ in range(6):
        assert hang_detector.beat(ready=True, loading=False) is None
        hang_detector.heard(works=False)
    assert hang_detector.beat(ready=True, loading=False) is Hang.IDLE


def test_work_goes_on_for_as_long_as_it_takes() -> None:
    hang_detector = HangDetector(PATIENCE)
    for _ in range(1000):
        assert hang_detector.beat(ready=True, loading=False) is None
        hang_detector.heard(works=True)


def test_a_start_has_an_end() -> None:
    hang_detector = HangDetector(PATIENCE)
    for _ in range(8):
        assert hang_detector.beat(ready=False, loading=True) is None
        hang_detector.heard(works=True)
    assert hang_detector.beat(ready=False, loading=True) is Hang.START


def test_rest_counts_for_nothing() -> None:
    hang_detector = HangDetector(PATIENCE)
    for _ in range(20):
        hang_detector.beat(ready=True, loading=False)
        hang_detector.beat(ready=True, loading=False)
        hang_detector.rest()
    assert beats(hang_detector) == (3, Hang.SILENT)


def test_the_usual_patience_outlasts_a_cold_disk_and_ends_some_time() -> None:
    usual = Patience()
    assert usual.silent * usual.beat_seconds >= 20
    assert usual.silent_loading * usual.beat_seconds >= 120
    assert usual.idle * usual.beat_seconds <= 900
    assert usual.start * usual.beat_seconds <= 1800
