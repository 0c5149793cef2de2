"""Clients hear of engines that come and go, whoever brings them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.backend.live import served
from velatura_backend import upkeep
from velatura_backend.engines.diffusion.specs import is_profile_installed
from velatura_backend.models.importing import import_models
from velatura_backend.models.store import ModelStore
from velatura_protocol.messages import Done, Engines, RemoveModel, Welcome

if not is_profile_installed():
    pytest.skip("needs the diffusion profile", allow_module_level=True)

from tests.support import tiny_pipelines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pipelines.folder("sd15"), tmp_path / "tiny"))


async def test_engines_come_and_go_with_their_models(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_LOOK_SECONDS", 0.05)
    async with served(tmp_path) as backend:
        async with backend.client(name="one") as one, backend.client(name="two") as two:
            before = one.seen(Welcome)[0]
            assert "tiny" not in {each.id for each in before.engines}
            # As the command line does it, in another process for all the backend knows.
            import_models(ModelStore(tmp_path / "data" / "models"), folder)
            for client in (one, two):
                news = await client.wait_for(Engines)
                tiny = next(each for each in news.engines if each.id == "tiny")
                assert tiny.takes_prompt
                assert set(before.operations) < set(news.operations)
            await one.send(RemoveModel(1, "tiny"))
            await one.wait_for(Done, request=1)
            await two.until(lambda: len(two.seen(Engines)) == 2)
            assert two.seen(Engines)[-1].engines == before.engines
        assert folder.exists()
        async with backend.client(name="three") as three:
            assert three.seen(Welcome)[0].engines == before.engines
