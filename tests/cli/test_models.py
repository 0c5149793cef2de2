"""``velatura models`` in this process: what is said, what is done, with which status."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.model_hub import Habit, Hub, model_hub
from tests.support.model_manifests import COMMIT, CONTROL, VAE, WEIGHTS, entry, offering
from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind, Variant
from velatura_backend.models.store import ModelStore
from velatura_backend.models.work import Step
from velatura_cli import model_advice, model_arguments, model_listing, models
from velatura_cli.dispatch import run
from velatura_cli.interruption import Interruption
from velatura_cli.model_reporting import Progress, licence_words, what_it_is
from velatura_protocol.errors import Cancelled
from velatura_protocol.tasks import Operation

FILE = f"/ada/vae/resolve/{COMMIT}/vae.safetensors"
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if those that run models were there: whether they are changes what is said."""
    monkeypatch.setattr(models, "is_profile_installed", lambda: True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    needing = entry(id="needing", repo="ada/needing", needs=["vae"], conditions=True)
    with model_hub() as hub, offering(tmp_path, entry(), needing):
        hub.add_repository("ada/vae", COMMIT, {"vae.safetensors": WEIGHTS})
        hub.add_repository("ada/needing", COMMIT, {"vae.safetensors": WEIGHTS})
        yield hub


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "own vae.safetensors").write_bytes(safetensors_bytes({**VAE, "decoder.x": (1,)}))
    (folder / "damaged.safetensors").write_bytes(WEIGHTS[:-1])
    return folder


def _install(hub: Hub, *arguments: str) -> int:
    return run(["models", "install", *arguments, "--mirror", hub.url, "--proxy", "direct"])


def _events(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.readouterr().out.splitlines()]


def test_a_model_is_announced_installed_and_listed(hub: Hub, capsys: Said) -> None:
    assert _install(hub, "vae") == 0
    said = capsys.readouterr()
    assert said.err == (
        "velatura: A VAE, 5 kB, from ada/vae@aaaaaaaaaaaa; MIT, commercial use allowed.\n"
    )
    assert said.out == "installed vae: vae, 5 kB. MIT, commercial use allowed\n"
    assert run(["models", "list"]) == 0
    listed = capsys.readouterr().out
    assert "A VAE. MIT, commercial use allowed" in listed
    assert "needing" in listed
    assert run(["models", "list", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in content["installed"]] == ["vae"]
    assert [each["id"] for each in content["offered"]] == ["needing"]
    assert content["installed"][0]["files"][0]["sha256"]


def test_nothing_is_installed_yet(capsys: Said) -> None:
    assert run(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("No models are installed; the built-in engines need none.")
    assert out.index("sd15 ") < out.index("flux2-klein-4b ")
    assert run(["models", "list", "--memory", "4"]) == 0
    few = capsys.readouterr().out
    assert "sd15 " in few
    assert "flux2-klein-4b" not in few


def test_hashes_that_were_not_known_are_shown(tmp_path: Path, capsys: Said, hub: Hub) -> None:
    config = b'{"_class_name": "AutoencoderKL", "latent_channels": 4}'
    hub.add_repository("ada/vae", COMMIT, {"config.json": config, "model.safetensors": WEIGHTS})
    listed = ["config.json", "*.safetensors"]
    taken = entry(id="taken", form="folder", files=[], take=listed, about_bytes=9000)
    with offering(tmp_path, taken):
        assert _install(hub, "taken") == 0
    said = capsys.readouterr()
    assert "about 9 kB" in said.err
    assert "Its hashes are those the server lists for the commit." in said.err
    assert said.out.splitlines()[1:] == [
        f"  {hashlib.sha256(config).hexdigest()}  config.json",
        f"  {hashlib.sha256(WEIGHTS).hexdigest()}  model.safetensors",
    ]


def test_conditions_are_agreed_to(hub: Hub, capsys: Said) -> None:
    assert _install(hub, "needing") == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "velatura: A VAE is under MIT, which has conditions: read https://example.org/licence and "
        "give --accept-licence"
    )
    assert _install(hub, "needing", "--accept-licence", "--json") == 0
    events = _events(capsys)
    assert [each["models"][0]["id"] for each in events if each["event"] == "installed"] == [
        "vae",
        "needing",
    ]
    assert events[0]["event"] == "progress"
    assert hub.paths_asked() == [FILE, FILE.replace("/vae/", "/needing/")]


def test_where_from_is_remembered(hub: Hub, data: Path, capsys: Said) -> None:
    _install(hub, "vae")
    run(["models", "remove", "vae"])
    assert run(["models", "install", "vae"]) == 0
    assert len(hub.requests) == 2
    hub.habits[FILE] = Habit(status=404)
    run(["models", "remove", "vae"])
    assert run(["models", "install", "vae"]) == 3
    assert "refused (status 404)" in capsys.readouterr().err
    assert run(["models", "install", "vae", "--mirror", "nonsense"]) == 2
    (data / "models" / "source.json").unlink()


def test_what_a_control_network_was_made_for_is_asked(tmp_path: Path, capsys: Said) -> None:
    path = tmp_path / "lines.safetensors"
    path.write_bytes(safetensors_bytes(CONTROL))
    assert run(["models", "import", str(path)]) == 0
    said = capsys.readouterr().err
    assert said.startswith(
        "velatura: lines is a control network, and its file does not tell for what. Import it "
        "once more with --control KIND: scribble, line_art"
    )
    assert run(["models", "import", str(path), "--control", "scribble"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("imported lines: sd15 control, scribble, ")
    assert not said.err
    assert run(["models", "import", str(path), "--control", "dowsing"]) == 2


def test_control_of_nothing(theirs: Path, capsys: Said) -> None:
    assert run(["models", "import", str(theirs), "--control", "depth"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == (
        "velatura: nothing here is a control network to be told of: --control depth"
    )


def test_an_import_says_what_it_took_and_left(theirs: Path, capsys: Said) -> None:
    assert run(["models", "import", str(theirs)]) == 0
    said = capsys.readouterr()
    assert said.out == (
        "imported own-vae: vae, 5 kB. licence unknown: see where you have it from\n"
    )
    assert said.err == (
        "velatura: damaged.safetensors left out: The file cannot be read: it is not whole.\n"
    )
    assert run(["models", "list"]) == 0
    assert "used in place" in capsys.readouterr().out
    assert run(["models", "remove", "own-vae"]) == 0
    assert "its files stay where they are" in capsys.readouterr().out
    assert (theirs / "own vae.safetensors").exists()


def test_what_others_have_to_lend_is_named(tmp_path: Path, capsys: Said) -> None:
    """A denoiser alone, as ComfyUI keeps the large ones."""
    shapes = {
        "noise_refiner.0.attention.qkv.weight": (8, 4),
        "cap_embedder.0.weight": (4,),
        "x_pad_token": (1, 4),
        "cap_pad_token": (1, 4),
    }
    (tmp_path / "z.safetensors").write_bytes(safetensors_bytes(shapes))
    status = run(["models", "import", str(tmp_path / "z.safetensors")])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert "z works with what other installed models lend: " in said.err


def test_without_libraries_it_is_said_what_to_do(
    theirs: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "is_profile_installed", lambda: False)
    assert run(["models", "import", str(theirs / "own vae.safetensors")]) == 0
    assert capsys.readouterr().err == (
        "velatura: to run models, run python3 installer install --with diffusion\n"
    )


def test_an_import_with_wishes(theirs: Path, data: Path, capsys: Said) -> None:
    path = str(theirs / "own vae.safetensors")
    assert (
        run(["models", "import", path, "--name", "Mine", "--licence", "CC0", "--commercial",
             "--copy", "--no-hashes", "--json"])
        == 0
    )  # fmt: skip
    (event,) = [each for each in _events(capsys) if each["event"] == "imported"]
    (model,) = event["models"]
    assert (model["id"], model["licence"], model["commercial_use"]) == ("mine", "CC0", True)
    assert Path(model["location"]).is_relative_to(data)
    assert run(["models", "verify", "--json"]) == 0
    assert _events(capsys)[-1]["models"][0]["files"][0]["sha256"]


@pytest.mark.parametrize("what", ["nothing", "text", "folder"])
def test_an_import_of_nothing(tmp_path: Path, capsys: Said, what: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("hello " * 30)
    assert run(["models", "import", str(tmp_path / what)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_damage_is_told_and_is_a_failure(theirs: Path, capsys: Said) -> None:
    run(["models", "import", str(theirs / "own vae.safetensors")])
    path = theirs / "own vae.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    capsys.readouterr()
    assert run(["models", "verify", "own-vae"]) == 3
    assert "is not what was installed" in capsys.readouterr().err
    assert run(["models", "verify", "--json"]) == 3
    assert _events(capsys)[-2]["reason"] == "hash"
    path.unlink()
    run(["models", "list"])
    assert "its files are gone" in capsys.readouterr().out


def test_models_are_carried_over(
    theirs: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["models", "import", str(theirs / "own vae.safetensors")])
    assert run(["models", "export", str(tmp_path / "disk")]) == 0
    assert run(["models", "export", str(tmp_path / "disk"), "own-vae", "--json"]) == 0
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path / "other"))
    capsys.readouterr()
    assert run(["models", "import", str(tmp_path / "disk")]) == 0
    assert capsys.readouterr().out.startswith("imported own-vae: vae, 5 kB.")
    assert run(["models", "export", str(tmp_path / "disk"), "none"]) == 2


@pytest.mark.parametrize("action", ["install", "verify", "remove"])
def test_there_is_no_such_model(action: str, capsys: Said) -> None:
    assert run(["models", action, "none"]) == 2
    assert capsys.readouterr().err == "velatura: There is no model called “none”.\n"


@pytest.mark.parametrize("arguments", [[], ["install"], ["export"], ["dance"]])
def test_usage(arguments: list[str], capsys: Said) -> None:
    assert run(["models", *arguments]) == 2
    assert "see velatura models" in capsys.readouterr().err


def test_what_is_missing_is_named() -> None:
    assert model_advice.advice(Operation.GENERATE, runs_models=True) == (
        "velatura models install sd15 brings one that can: Stable Diffusion 1.5, 2.1 GB"
    )
    assert model_advice.advice(Operation.GENERATE, runs_models=False) == (
        "run python3 installer install --with diffusion, then velatura models install sd15 "
        "(Stable Diffusion 1.5, 2.1 GB)"
    )
    assert model_advice.advice(Operation.TILE) == model_advice.LIST


def test_an_interrupt_stops_the_work() -> None:
    with Interruption(lambda: None) as interruption:
        progress = Progress(interruption, json_events=False)
        progress.report(Step(1, 2))
        interruption.requested = True
        with pytest.raises(Cancelled):
            progress.report(Step(2, 2))
        progress.close()


def test_scripts_hear_of_every_hundredth(capsys: Said) -> None:
    with Interruption(lambda: None) as interruption:
        progress = Progress(interruption, json_events=True)
        for done in range(0, 100_001, 10):
            progress.report(Step(done, 100_000, "a"))
    assert 100 <= len(_events(capsys)) <= 102


def test_a_terminal_has_a_bar(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Interruption(lambda: None) as interruption:
        progress = Progress(interruption, json_events=False)
        progress.report(Step(0, 1000, "unet/weights.safetensors"))
        progress.report(Step(500, 1000, "unet/weights.safetensors"))
        assert "weights.safetensors" in capsys.readouterr().err
        progress.close()


def test_words() -> None:
    model = InstalledModel(
        "x", "X", ModelKind.CONTROL, Family.SDXL, Path("x"), ModelForm.FILE, detail="union"
    )
    assert what_it_is(model) == "sdxl control, union"
    inpaint = InstalledModel(
        "x", "X", ModelKind.CHECKPOINT, Family.SD15, Path("x"), ModelForm.FILE,
        variant=Variant.INPAINT, distilled=True,
    )  # fmt: skip
    assert what_it_is(inpaint) == "sd15 inpaint checkpoint, distilled"
    assert licence_words("X", commercial_use=False) == "X, commercial use not said to be allowed"


def test_the_store_is_made_with_the_first_model(data: Path) -> None:
    """Looking changes nothing."""
    run(["models", "list"])
    assert not (data / "models").exists()
    assert ModelStore(data / "models").all() == ()
    assert models.run_models
    assert model_listing.write_listing
    assert model_arguments.add_model_actions
