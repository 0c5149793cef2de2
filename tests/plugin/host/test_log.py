from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura_plugin.host.log import Log
from velatura_plugin.state.state import Notice
from velatura_protocol.errors import ErrorCode

NAME = "some-plugin.log"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[list[Notice]]:
    notices: list[Notice] = []
    log = Log(tmp_path, notices.append, NAME)
    log.open("editor/1.0", "0.1")
    yield notices
    log.close()


def _fail() -> None:
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        logging.getLogger("velatura_plugin.somewhere").exception("while testing")


def test_the_file_is_private_and_begins_with_versions(told: list[Notice], tmp_path: Path) -> None:
    path = tmp_path / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "velatura 0.1 in editor/1.0, Python 3." in path.read_text()
    assert told == []


def test_an_unexpected_error_is_logged_and_told(told: list[Notice], tmp_path: Path) -> None:
    _fail()
    assert "ZeroDivisionError" in (tmp_path / NAME).read_text()
    (notice,) = told
    assert notice.error.code is ErrorCode.HOST_FAILED
    assert notice.error.params["kind"] == "ZeroDivisionError"


def test_words_without_an_error_are_not_told(told: list[Notice]) -> None:
    logging.getLogger("velatura_plugin").error("only words")
    assert told == []


def test_a_failure_in_telling_is_not_told_again(tmp_path: Path) -> None:
    tries: list[Notice] = []

    def tell(notice: Notice) -> None:
        tries.append(notice)
        _fail()

    log = Log(tmp_path, tell, NAME)
    log.open("editor/1.0", "0.1")
    try:
        _fail()
    finally:
        log.close()
    assert len(tries) == 1
