"""What all checks of a panel share. The toolkit's own desk brings ``open_desk``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.contracts.panel.desk import Desk
from velatura_plugin.i18n import Translations


class OpenDesk(Protocol):
    def __call__(
        self, width: int = 300, translations: Translations | None = None, *, mirrored: bool = False
    ) -> Desk:
        """:param mirrored: for who reads from the right"""
        ...


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    return open_desk()


@pytest.fixture(autouse=True)
def _nothing_went_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What the guard keeps from the editor still fails a test."""
    yield
    wrong = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert not wrong, wrong[0].getMessage() + "\n" + str(wrong[0].exc_text)
