"""One server process takes all attacks of a run; after each of them it has to do honest work."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Iterator
from threading import Thread

import pytest

from tests.e2e.attacks.fortress import MEBIBYTE, Fortress, fortress

MOST_MEMORY = 160 * MEBIBYTE
"""By which an attack may enlarge the server while it goes on; a session at work takes as much."""


@pytest.fixture(scope="session")
def stronghold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    with allowed_files(4096), fortress(tmp_path_factory.mktemp("ground")) as held:
        # What is loaded with the first job is no attack's doing.
        warm = Thread(target=lambda: asyncio.run(held.works()))
        warm.start()
        warm.join()
        yield held


@pytest.fixture
async def held(stronghold: Fortress) -> AsyncIterator[Fortress]:
    """The server. After the test it must live, have stayed small, and get a stranger's job done."""
    before = stronghold.forget_peak()
    yield stronghold
    grown = stronghold.peak() - before
    await stronghold.works()
    assert grown < MOST_MEMORY, f"{grown / MEBIBYTE:.0f} MiB"


@contextlib.contextmanager
def allowed_files(count: int) -> Iterator[None]:
    """Attackers need open files, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
