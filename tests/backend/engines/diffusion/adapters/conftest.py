"""Rooms that the tests of adapters share: what one leaves behind must not reach the next."""

from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

from tests.support.tiny_rooms import sd15_room, sdxl_room


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="session")
def sd15(files):
    return sd15_room(files)


@pytest.fixture(scope="session")
def sdxl(files):
    return sdxl_room(files)
