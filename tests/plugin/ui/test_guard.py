from __future__ import annotations

import logging

import pytest

from velatura_plugin.ui.guard import guarded, returning


def broken(number: int) -> int:
    return 1 // number


def test_what_goes_wrong_is_in_the_log_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    assert guarded(broken)(0) is None
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "broken" in record.getMessage()
    assert "ZeroDivisionError" in (record.exc_text or "")


def test_what_goes_right_is_passed_on(caplog: pytest.LogCaptureFixture) -> None:
    assert guarded(broken)(1) == 1
    assert not caplog.records


def test_whoever_wants_an_answer_gets_one() -> None:
    assert returning(7)(broken)(0) == 7
