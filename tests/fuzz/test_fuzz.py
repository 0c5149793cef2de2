"""The fuzzer for a few seconds, and whether it would notice."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fuzz.__main__ import MOST_GROWTH, fuzz, main
from tests.fuzz.mutation import Mutator, join, split
from tests.fuzz.targets import Violation, check_codec, run
from velatura_protocol.codec import encode
from velatura_protocol.messages import Ping
from velatura_protocol.session import ServerSession
from velatura_protocol.session.endpoint import _Control
from velatura_protocol.session.incoming import IncomingBlob


def test_nothing_breaks(tmp_path: Path) -> None:
    tally = fuzz(1, seconds=60, inputs=20_000, crashes=tmp_path)
    assert tally.crashes == 0, list(tmp_path.iterdir())
    assert tally.inputs > 5000
    assert tally.taken > tally.inputs // 20, tally.line()
    assert tally.growth < MOST_GROWTH


def test_inputs_follow_from_their_seed() -> None:
    one, other = Mutator(5), Mutator(5)
    assert [one.input() for _ in range(20)] == [other.input() for _ in range(20)]


def test_frames_are_joined_and_split() -> None:
    assert split(join(9, [b"", b"abc"])) == (9, [b"", b"abc"])
    assert split(b"") == (0, [])
    assert split(b"\x01\xff\xff\xffrest") == (1, [b"rest"])


def test_inputs_are_changed_into_inputs() -> None:
    mutator = Mutator(3)
    data = mutator.input()
    for seed in range(200):
        mutator.random = Random(seed)
        data = mutator.mutated(data, 5000)
        assert len(data) <= 5000
        run(data)


def test_most_inputs_are_messages_still() -> None:
    """Else it would be noise."""
    mutator = Mutator(4)
    frames = [frame for _ in range(300) for frame in split(mutator.input())[1]]
    read = [frame for frame in frames if check_codec(frame) is not None]
    assert len(frames) // 3 < len(read) < len(frames)


def crash(*_: Any) -> Any:
    raise KeyError("a bug")


@pytest.mark.parametrize(
    ("owner", "name", "bug"),
    [
        (ServerSession, "_on_message", crash),
        (IncomingBlob, "_beyond", lambda self: RuntimeError("a bug")),
        (IncomingBlob, "_room", property(lambda self: 10**9)),
        (_Control, "clear", lambda self: None),
    ],
    ids=["exception", "another exception", "no end of pixels", "speaks on"],
)
def test_a_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, owner: Any, name: str, bug: Any
) -> None:
    monkeypatch.setattr(owner, name, bug)
    tally = fuzz(2, seconds=30, inputs=30_000, crashes=tmp_path, most_crashes=1)
    assert tally.crashes
    crashes = list(tmp_path.glob("crash-*"))
    assert crashes
    with pytest.raises((Violation, KeyError, TypeError, RuntimeError, ValueError)):
        run(crashes[0].read_bytes())


def test_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["fuzz", "--inputs", "500", "--seed", "3", "--crashes", str(tmp_path)]
    monkeypatch.setattr("sys.argv", line)
    assert main() == 0
    assert "0 crashes" in capsys.readouterr().out
    kept = tmp_path / "kept"
    kept.write_bytes(join(3, [encode(Ping(1))]))
    monkeypatch.setattr("sys.argv", ["fuzz", "--again", str(kept)])
    assert main() == 0
    assert capsys.readouterr().out == "1 frames taken, no crash\n"
