"""PyTorch files: converted once, in a process that can do nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from velatura_backend.models import convert_child
from velatura_backend.models.convert import convert
from velatura_backend.models.importing import import_models
from velatura_backend.models.records import ModelKind
from velatura_backend.models.safetensors_header import read_header
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import Cancelled, UnreadableFile

torch = pytest.importorskip("torch")

NAMES = (
    "encoder.down_blocks.0.resnets.0.conv1.weight",
    "encoder.conv_in.weight",
    "decoder.conv_in.weight",
)


class _Program:
    """What a pickle may do when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (os.system, (f"touch {self.path}",))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    shared = torch.arange(72.0).reshape(2, 4, 3, 3)
    tensors = {name: shared[1:] for name in NAMES}
    torch.save({"state_dict": tensors, "epoch": 3}, tmp_path / "vae.ckpt")
    return tmp_path / "vae.ckpt"


def test_tensors_come_through_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "vae.safetensors"
    convert(source, target)
    header = read_header(target)
    assert set(header.tensors) == set(NAMES)
    assert {each.shape for each in header.tensors.values()} == {(1, 4, 3, 3)}
    content = target.read_bytes()[header.data_start :]
    assert content[:8] == torch.tensor([36.0, 37.0]).numpy().tobytes()


def test_an_import_converts_into_the_store(source: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    (model,) = import_models(store, source).models
    assert model.kind is ModelKind.VAE
    assert not model.in_place
    assert model.location == store.own / "vae" / "vae.safetensors"
    assert store.all() == (model,)
    assert not list(store.parts.iterdir())


@pytest.mark.parametrize("name", ["evil.ckpt", "evil.safetensors"])
def test_a_program_is_not_run(tmp_path: Path, name: str) -> None:
    """Whatever the suffix."""
    mark = tmp_path / "was here"
    torch.save({"a": torch.ones(2), "b": _Program(mark)}, tmp_path / name)
    store = ModelStore(tmp_path / "models")
    with pytest.raises(UnreadableFile) as caught:
        import_models(store, tmp_path / name)
    assert caught.value.params == {"reason": "it is damaged, or holds more than tensors"}
    assert not mark.exists()
    assert store.recorded() == ()
    assert not list(store.parts.iterdir())
    assert not list(store.own.iterdir())


def test_no_tensors_is_said(tmp_path: Path) -> None:
    torch.save({"epoch": 3}, tmp_path / "log.pt")
    with pytest.raises(UnreadableFile) as caught:
        import_models(ModelStore(tmp_path / "models"), tmp_path / "log.pt")
    assert caught.value.params == {"reason": "no_weights"}


def test_it_can_be_stopped(source: Path, tmp_path: Path) -> None:
    def stop(step: object) -> None:
        raise Cancelled(phase="models")

    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled):
        convert(source, tmp_path / "out" / "a.safetensors", stop)
    assert not list((tmp_path / "out").iterdir())


_CAGED = """
import os, socket, subprocess, sys
from pathlib import Path
from velatura_backend.models.convert_child import *
folder = Path(sys.argv[1])
leave_network()
limit_memory(1000)
forbid_everything_else(folder / "out.safetensors")

def tries(name, action):
    try:
        action()
    except (OSError, MemoryError, RuntimeError) as error:
        return
    print("could", name)

tries("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2]))))
tries("resolve", lambda: socket.getaddrinfo("localhost", 80))
tries("run", lambda: subprocess.run(["true"]))
tries("system", lambda: os.system("true"))
tries("fork", os.fork)
tries("write elsewhere", lambda: open(folder.parent / "elsewhere", "w"))
tries("append elsewhere", lambda: os.open(folder.parent / "elsewhere", os.O_APPEND | os.O_CREAT))
tries("climb", lambda: open(folder / ".." / "elsewhere", "w"))
tries("delete", lambda: os.remove(sys.argv[3]))
tries("rename", lambda: os.rename(sys.argv[3], sys.argv[3] + "x"))
tries("eat", lambda: bytearray(8 * 1024 ** 3))
(folder / "out.safetensors").write_bytes(b"x")
print("wrote")
"""


def test_the_cage_holds(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    (tmp_path / "out").mkdir()
    victim = tmp_path / "victim"
    victim.touch()
    port = str(listener.getsockname()[1])
    command = [sys.executable, "-c", _CAGED, str(tmp_path / "out"), port, str(victim)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    listener.close()
    assert output.split("\n") == ["wrote", ""]
    assert victim.exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("loaded", "names"),
    [
        ({"a": 1.0}, ["a"]),
        ({"state_dict": {"a": 1.0, "b": 2}, "epoch": 2}, ["a"]),
        ({"params_ema": {"a": 1.0}}, ["a"]),
        ({"module": {}, "a": 1.0}, ["a"]),
        ({3: 1.0}, []),
        ([1.0], []),
        (None, []),
    ],
)
def test_wrappers_are_taken_off(loaded: object, names: list[str]) -> None:
    assert list(convert_child.named_tensors(loaded, float)) == names
