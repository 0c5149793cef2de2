"""From the manifest onto the shelf, over a hub on loopback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.backend.models.test_importing import VAE
from tests.backend.models.test_manifest import COMMIT, entry, manifest
from tests.support.model_hub import Habit, Hub, model_hub
from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.checking import verify
from velatura_backend.models.download import Patience
from velatura_backend.models.hub import wanted_files
from velatura_backend.models.installing import discard_parts, install, with_needs
from velatura_backend.models.manifest import Offer, offer, parse_manifest
from velatura_backend.models.sources import HUB, Source, read_source, write_source
from velatura_backend.models.store import ModelStore
from velatura_backend.models.web import Web
from velatura_backend.models.work import Step, unheard
from velatura_protocol.errors import (
    BadTask,
    Cancelled,
    DiskFull,
    DownloadFailed,
    LicenceNotAccepted,
    ModelDamaged,
)
from velatura_protocol.faults import ModelFault

WEIGHTS = safetensors_bytes(VAE)
CONFIG = json.dumps({"_class_name": "AutoencoderKL", "latent_channels": 4}).encode()
QUICK = Patience(pause=0.01, window=1.0)
FILE = f"/ada/vae/resolve/{COMMIT}/vae.safetensors"
LISTING = f"/api/models/ada/vae/tree/{COMMIT}"


@pytest.fixture
def hub() -> Generator[Hub]:
    with model_hub() as hub:
        hub.add_repository("ada/vae", COMMIT, {"vae.safetensors": WEIGHTS})
        yield hub


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def _offer(content: bytes = WEIGHTS, **changes: object) -> Offer:
    sha256 = hashlib.sha256(content).hexdigest()
    files = [{"path": "vae.safetensors", "bytes": len(content), "sha256": sha256}]
    return parse_manifest(manifest(entry(**{"files": files, **changes})))[0]


def _folder_offer(**changes: object) -> Offer:
    taken = ["config.json", "*.fp16.safetensors"]
    fields = {"form": "folder", "files": [], "take": taken, "about_bytes": 9000}
    return _offer(**{**fields, **changes})


def _install(store: ModelStore, hub: Hub, model: Offer, **options: object) -> None:
    install(store, model, Web(hub.url, "direct", 2.0), patience=QUICK, **options)  # pyright: ignore


def test_a_file_is_installed(store: ModelStore, hub: Hub) -> None:
    steps: list[Step] = []
    _install(store, hub, _offer(), report=steps.append)
    (model,) = store.all()
    assert model.location == store.own / "vae" / "vae.safetensors"
    assert (model.licence, model.commercial_use, model.source) == (
        "MIT",
        True,
        "ada/vae@aaaaaaaaaaaa",
    )
    assert not model.in_place
    assert model.detail == "4", "channels, told by the tensors"
    assert verify(store, "vae") == model
    assert steps[-1] == Step(len(WEIGHTS), len(WEIGHTS), "vae.safetensors")
    assert not list(store.parts.iterdir())


def test_what_is_there_is_not_fetched_again(store: ModelStore, hub: Hub) -> None:
    _install(store, hub, _offer())
    count = len(hub.requests)
    _install(store, hub, _offer())
    assert len(hub.requests) == count


def test_a_licence_with_conditions_is_agreed_to_first(store: ModelStore, hub: Hub) -> None:
    with pytest.raises(LicenceNotAccepted) as caught:
        _install(store, hub, _offer(conditions=True))
    assert caught.value.params == {"model": "vae", "licence": "MIT"}
    assert not hub.requests
    _install(store, hub, _offer(conditions=True), accepted=True)
    assert store.all()


def _add_folder(hub: Hub, **more: bytes) -> None:
    files = {"config.json": CONFIG, "model.fp16.safetensors": WEIGHTS, "model.bin": b"x" * 99}
    hub.add_repository("ada/vae", COMMIT, {**files, **more})


def test_hashes_are_the_commits_own_where_none_were_known(store: ModelStore, hub: Hub) -> None:
    _add_folder(hub)
    model = _folder_offer()
    assert not model.is_confirmed
    _install(store, hub, model)
    (installed,) = store.all()
    files = {each.path: each.sha256 for each in installed.files}
    assert files == {
        "config.json": hashlib.sha256(CONFIG).hexdigest(),
        "model.safetensors": hashlib.sha256(WEIGHTS).hexdigest(),
    }
    assert hub.paths_asked()[0] == LISTING
    assert verify(store, "vae") == installed


def test_a_small_file_that_is_not_the_commits_is_refused(store: ModelStore, hub: Hub) -> None:
    _add_folder(hub)
    hub.files[f"/ada/vae/resolve/{COMMIT}/config.json"] = CONFIG.replace(b"4", b"5")
    with pytest.raises(DownloadFailed) as caught:
        _install(store, hub, _folder_offer())
    assert caught.value.params == {"reason": "hash"}
    assert store.recorded() == ()


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"{}",
        b"[7]",
        b"[{}]",
        b'[{"type": "file", "path": "../../x", "size": 5, "oid": "%s"}]' % (b"0" * 40),
        b'[{"type": "file", "path": "config.json", "size": -5, "oid": "%s"}]' % (b"0" * 40),
        b'[{"type": "file", "path": "config.json", "size": 5, "oid": "x"}]',
        b'[{"type": "file", "path": "a", "size": 5, "oid": "", "lfs": {"oid": "x", "size": 5}}]',
        b'[{"type": "directory", "path": "config.json"}]',
        b" " * (9 * 1024 * 1024),
    ],
)
def test_a_listing_that_is_none_or_leads_elsewhere(
    store: ModelStore, hub: Hub, listing: bytes
) -> None:
    hub.files[LISTING] = listing
    with pytest.raises(DownloadFailed) as caught:
        _install(store, hub, _folder_offer())
    assert caught.value.params == {"reason": "not as announced"}
    assert store.recorded() == ()


def test_a_listing_that_is_not_there(hub: Hub) -> None:
    del hub.files[LISTING]
    with pytest.raises(DownloadFailed) as caught:
        wanted_files(_folder_offer(), Web(hub.url, "direct"), lambda: None)
    assert caught.value.params == {"reason": "status", "status": 404}


def test_what_comes_is_looked_at(store: ModelStore, hub: Hub) -> None:
    """The right bytes of the wrong thing: a manifest may be mistaken, too."""
    for content in (b"\x80\x02}q\0" + bytes(99), safetensors_bytes({"a": (4,)}), WEIGHTS[:-1]):
        hub.files[FILE] = content
        with pytest.raises(ModelDamaged):
            _install(store, hub, _offer(content))
    hub.files[FILE] = WEIGHTS
    with pytest.raises(ModelDamaged) as caught:
        _install(store, hub, _offer(kind="lora"))
    assert caught.value.params["reason"] == ModelFault.OTHER_KIND.value
    assert caught.value.params["kind"] == "vae"
    assert store.recorded() == ()
    assert not list((store.parts / "vae").glob("files"))


def test_a_broken_off_install_is_gone_on_with(store: ModelStore, hub: Hub) -> None:
    _add_folder(hub)
    weights = f"/ada/vae/resolve/{COMMIT}/model.fp16.safetensors"
    hub.habits[weights] = Habit(drop_after=0)
    with pytest.raises(DownloadFailed):
        _install(store, hub, _folder_offer())
    assert (store.parts / "vae" / "files" / "config.json").exists()
    assert store.recorded() == ()
    hub.habits.clear()
    hub.requests.clear()
    _install(store, hub, _folder_offer())
    assert hub.paths_asked() == [LISTING, weights]
    assert len(store.all()) == 1


def test_a_stopped_install_can_be_given_up(store: ModelStore, hub: Hub) -> None:
    def stop(step: Step) -> None:
        if step.done:
            raise Cancelled(phase="models")

    with pytest.raises(Cancelled):
        _install(store, hub, _offer(), report=stop)
    assert (store.parts / "vae").exists()
    discard_parts(store, "vae")
    assert not (store.parts / "vae").exists()


def test_two_at_a_time_do_not_write_the_same_parts(store: ModelStore, hub: Hub) -> None:
    caught: list[Exception] = []

    def again(step: Step) -> None:
        if not caught:
            caught.append(OSError())
            with pytest.raises(DownloadFailed) as error:
                _install(store, hub, _offer())
            caught[0] = error.value

    _install(store, hub, _offer(), report=again)
    assert str(caught[0]) == "download_failed(reason=under way)"
    assert len(store.all()) == 1


def test_no_room_is_said_at_once(
    store: ModelStore, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("velatura_backend.models.installing.shutil.disk_usage", lambda _: usage)
    with pytest.raises(DiskFull):
        _install(store, hub, _offer())
    assert not hub.requests


def test_needs_come_first() -> None:
    assert [each.id for each in with_needs("ip-adapter-sd15")] == [
        "sd15",
        "clip-vit-h",
        "ip-adapter-sd15",
    ]
    assert with_needs("sd15") == (offer("sd15"),)


def test_settings_are_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    assert read_source(folder) == Source()
    assert Source().web("1").base_url == HUB
    source = Source("http://127.0.0.1:9/hub", "http://proxy.example:3128")
    write_source(folder, source)
    assert read_source(folder) == source
    assert source.web("0.1.0") == Web(
        "http://127.0.0.1:9/hub", "http://proxy.example:3128", user_agent="velatura/0.1.0"
    )
    for content in ("", "[]"):
        (folder / "source.json").write_text(content)
        assert read_source(folder) == Source()


@pytest.mark.parametrize(
    "source",
    [
        Source("ftp://example.org"),
        Source("example.org"),
        Source("https://"),
        Source("http://x:y"),
        Source(proxy="socks5://x:1"),
        Source(proxy="x"),
    ],
)
def test_settings_that_are_none(tmp_path: Path, source: Source) -> None:
    with pytest.raises(BadTask):
        write_source(tmp_path, source)


def test_nothing_is_reported_to_nobody() -> None:
    unheard(Step(0, 0))
