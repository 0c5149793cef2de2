from __future__ import annotations

from velatura_backend.executors.vigil import Hang, Patience, Vigil

PATIENCE = Patience(silent=2, silent_loading=4, idle=6, start=8)


def beats(vigil: Vigil, *, ready: bool = True, loading: bool = False) -> tuple[int, Hang]:
    """After how many beats it is given up, if nothing is heard."""
    for count in range(1, 100):
        hang = vigil.beat(ready=ready, loading=loading)
        if hang is not None:
            return count, hang
    raise AssertionError("never")


def test_silence_is_death() -> None:
    assert beats(Vigil(PATIENCE)) == (3, Hang.SILENT)


def test_who_loads_may_be_silent_for_longer() -> None:
    assert beats(Vigil(PATIENCE), loading=True) == (5, Hang.SILENT)


def test_a_pulse_without_work_is_not_enough() -> None:
    vigil = Vigil(PATIENCE)
    for _ in range(6):
        assert vigil.beat(ready=True, loading=False) is None
        vigil.heard(works=False)
    assert vigil.beat(ready=True, loading=False) is Hang.IDLE


def test_work_goes_on_for_as_long_as_it_takes() -> None:
    vigil = Vigil(PATIENCE)
    for _ in range(1000):
        assert vigil.beat(ready=True, loading=False) is None
        vigil.heard(works=True)


def test_a_start_has_an_end() -> None:
    vigil = Vigil(PATIENCE)
    for _ in range(8):
        assert vigil.beat(ready=False, loading=True) is None
        vigil.heard(works=True)
    assert vigil.beat(ready=False, loading=True) is Hang.START


def test_rest_counts_for_nothing() -> None:
    vigil = Vigil(PATIENCE)
    for _ in range(20):
        vigil.beat(ready=True, loading=False)
        vigil.beat(ready=True, loading=False)
        vigil.rest()
    assert beats(vigil) == (3, Hang.SILENT)


def test_the_usual_patience_outlasts_a_cold_disk_and_ends_some_time() -> None:
    usual = Patience()
    assert usual.silent * usual.beat_seconds >= 20
    assert usual.silent_loading * usual.beat_seconds >= 120
    assert usual.idle * usual.beat_seconds <= 900
    assert usual.start * usual.beat_seconds <= 1800
