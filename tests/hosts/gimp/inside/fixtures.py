"""A host inside of GIMP, and a picture in it, for the suites of kinds of pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.sheets import Sheet, picture
from velatura_plugin.host.gimp.adapter import GimpHost


@pytest.fixture
def host() -> Iterator[GimpHost]:
    yield GimpHost()
    hands.close_all()


@pytest.fixture
def sheet(host: GimpHost) -> Sheet:
    return picture(host)
