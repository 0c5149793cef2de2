"""Requests about models over a real connection, with a hub on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.backend.live import Client, Served, served
from tests.support.model_hub import Habit, Hub, model_hub
from tests.support.model_manifests import COMMIT, CONTROL, VAE, WEIGHTS, entry, offering
from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.desk import ModelDesk
from velatura_backend.models.sources import Source, write_source
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    DescribeModel,
    Done,
    Error,
    ImportModels,
    InstallModel,
    ListModels,
    ModelProgress,
    Models,
    RemoveModel,
    StopModel,
    VerifyModel,
    Welcome,
)

FILE = f"/ada/vae/resolve/{COMMIT}/vae.safetensors"


@dataclass
class Scene:
    served: Served
    hub: Hub
    store: ModelStore
    home: Path

    @property
    def desk(self) -> ModelDesk:
        return self.served.backend.services.models


@asynccontextmanager
async def _scene(tmp_path: Path, *entries: dict[str, object]) -> AsyncGenerator[Scene]:
    directory = tmp_path / "data" / "models"
    with model_hub() as hub, offering(tmp_path, *(entries or (entry(),))):
        hub.add_repository("ada/vae", COMMIT, {"vae.safetensors": WEIGHTS})
        (tmp_path / "data").mkdir(mode=0o700)
        write_source(directory, Source(hub.url, "direct"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(tmp_path / "home"))
            async with served(tmp_path) as backend:
                yield Scene(backend, hub, ModelStore(directory), tmp_path / "home")


async def _listed(client: Client, request: int) -> Models:
    await client.send(ListModels(request))
    return await client.wait_for(Models, request=request)


async def _code(client: Client, request: int) -> ErrorCode:
    return (await client.wait_for(Error, request=request)).error.code


async def test_a_model_comes_and_goes(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene, scene.served.client() as client:
        before = await _listed(client, 1)
        assert [each.id for each in before.offered] == ["vae"]
        assert before.installed == before.places == ()
        await client.send(InstallModel(2, "vae"))
        assert (await client.wait_for(Done, request=2)).count == 1
        after = await _listed(client, 3)
        assert [(each.id, each.bytes) for each in after.installed] == [("vae", len(WEIGHTS))]
        assert after.offered == ()
        await client.send(VerifyModel(4, "vae"))
        await client.wait_for(Done, request=4)
        scene.store.get("vae").location.write_bytes(b"x" * len(WEIGHTS))
        await client.send(VerifyModel(5, "vae"))
        assert await _code(client, 5) is ErrorCode.MODEL_DAMAGED
        await client.send(RemoveModel(6, "vae"))
        await client.wait_for(Done, request=6)
        assert (await _listed(client, 7)).installed == ()
        assert _names_no_path(client, tmp_path)


async def test_what_it_needs_comes_first(tmp_path: Path) -> None:
    other = entry(id="other", repo="ada/other", needs=["vae"])
    async with _scene(tmp_path, entry(), other) as scene, scene.served.client() as client:
        scene.hub.add_repository("ada/other", COMMIT, {"vae.safetensors": WEIGHTS})
        await client.send(InstallModel(1, "other"))
        assert (await client.wait_for(Done, request=1)).count == 2
        assert scene.hub.paths_asked() == [FILE, FILE.replace("/vae/", "/other/")]


async def test_what_cannot_be_done_is_answered(tmp_path: Path) -> None:
    conditions = entry(conditions=True)
    async with _scene(tmp_path, conditions) as scene, scene.served.client() as client:
        await client.send(InstallModel(1, "vae"))
        assert await _code(client, 1) is ErrorCode.LICENCE_NOT_ACCEPTED
        await client.send(InstallModel(2, "none", accepted=True))
        assert await _code(client, 2) is ErrorCode.NOT_FOUND
        for request, message in enumerate(
            (VerifyModel(3, "none"), RemoveModel(4, "none"), ImportModels(5, "none")), 3
        ):
            await client.send(message)
            assert await _code(client, request) is ErrorCode.NOT_FOUND
        await client.send(StopModel(6, "none"))
        assert (await client.wait_for(Done, request=6)).count == 0
        scene.hub.habits[FILE] = Habit(status=404)
        await client.send(InstallModel(7, "vae", accepted=True))
        assert await _code(client, 7) is ErrorCode.DOWNLOAD_FAILED
        assert scene.desk.is_idle


async def test_an_installation_is_stopped_and_gone_on_with(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene, scene.served.client() as client:
        scene.hub.habits[FILE] = Habit(drop_after=3000, silent=True, times=1)
        await client.send(InstallModel(1, "vae"))
        await client.until(lambda: client.seen(ModelProgress, request=1))
        part = scene.store.parts / "vae" / "files" / "vae.safetensors.part"
        await _until(lambda: part.exists() and part.stat().st_size == 3000)
        (offered,) = (await _listed(client, 2)).offered
        assert (offered.installing, offered.arrived) == (True, 3000)
        await client.send(StopModel(3, "vae"))
        assert (await client.wait_for(Done, request=3)).count == 1
        assert await _code(client, 1) is ErrorCode.CANCELLED
        (offered,) = (await _listed(client, 4)).offered
        assert (offered.installing, offered.arrived) == (False, 3000)
        await client.send(InstallModel(5, "vae"))
        await client.wait_for(Done, request=5)
        assert scene.hub.requests[-1].range == "bytes=3000-"


async def test_what_is_given_up_is_deleted(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene, scene.served.client() as client:
        scene.hub.habits[FILE] = Habit(drop_after=3000, silent=True, times=1)
        await client.send(InstallModel(1, "vae"))
        await client.until(lambda: client.seen(ModelProgress, request=1))
        await client.send(StopModel(2, "vae", discard=True))
        await client.wait_for(Done, request=2)
        assert not (scene.store.parts / "vae").exists()


async def test_it_goes_on_without_its_client_and_is_joined(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene:
        scene.hub.habits[FILE] = Habit(drip=0.0002, times=1)
        async with scene.served.client(name="one") as client:
            await client.send(InstallModel(1, "vae"))
            await client.until(lambda: client.seen(ModelProgress, request=1))
        assert not scene.desk.is_idle
        async with scene.served.client(name="two") as client:
            assert (await _listed(client, 1)).offered[0].installing
            await client.send(InstallModel(2, "vae"))
            await client.wait_for(Done, request=2)
        assert len(scene.hub.requests) == 1
        assert scene.desk.is_idle


async def test_a_backend_that_ends_keeps_what_has_come(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene:
        scene.hub.habits[FILE] = Habit(drop_after=3000, silent=True)
        async with scene.served.client() as client:
            await client.send(InstallModel(1, "vae"))
            await client.until(lambda: client.seen(ModelProgress, request=1))
    part = tmp_path / "data" / "models" / "parts" / "vae" / "files" / "vae.safetensors.part"
    assert part.stat().st_size <= 3000


async def test_another_programs_models_are_used_in_place(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene, scene.served.client() as client:
        folder = scene.home / "ComfyUI" / "models"
        folder.mkdir(parents=True)
        (folder / "theirs.safetensors").write_bytes(safetensors_bytes({**VAE, "decoder.x": (1,)}))
        (place,) = (await _listed(client, 1)).places
        assert (place.id, place.name) == ("comfyui", "ComfyUI")
        await client.send(ImportModels(2, place.id))
        assert (await client.wait_for(Done, request=2)).count == 1
        (model,) = (await _listed(client, 3)).installed
        assert (model.name, model.in_place) == ("theirs", True)
        assert _names_no_path(client, tmp_path)


async def test_a_control_network_is_told_of(tmp_path: Path) -> None:
    async with _scene(tmp_path) as scene, scene.served.client() as client:
        folder = scene.home / "ComfyUI" / "models"
        folder.mkdir(parents=True)
        (folder / "lines.safetensors").write_bytes(safetensors_bytes(CONTROL))
        (place,) = (await _listed(client, 1)).places
        await client.send(ImportModels(2, place.id))
        await client.wait_for(Done, request=2)
        listed = await _listed(client, 3)
        assert [(each.kind, each.control) for each in listed.installed] == [("control", "")]
        assert "scribble" in [each.id for each in listed.control_kinds]
        await client.send(DescribeModel(4, "lines", "scribble"))
        assert (await client.wait_for(Done, request=4)).count == 1
        (model,) = (await _listed(client, 5)).installed
        assert model.control == "scribble"
        await client.send(DescribeModel(6, "lines", "dowsing"))
        assert await _code(client, 6) is ErrorCode.BAD_TASK
        await client.send(DescribeModel(7, "none", "depth"))
        assert await _code(client, 7) is ErrorCode.NOT_FOUND


def _names_no_path(client: Client, folder: Path) -> bool:
    """But for the exchange folder, which the client has to be able to open."""
    said = [each for each in client.events if not isinstance(each, Welcome)]
    return str(folder) not in repr(said)


async def _until(met: object) -> None:
    async with asyncio.timeout(60):
        while not met():  # pyright: ignore[reportCallIssue]
            await asyncio.sleep(0.01)
