from __future__ import annotations

import signal

import pytest

from velatura_cli.interruption import Interruption
from velatura_cli.loop import MainLoop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    loop = MainLoop()
    with Interruption(loop.wake) as interruption:
        assert not interruption.requested
        signal.raise_signal(number)
        assert loop.run_until(lambda: interruption.requested, timeout=60)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
