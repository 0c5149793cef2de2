"""Names that would be paths, in every field that holds a text; models that are other files."""

from __future__ import annotations

import os
import pickle
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.e2e.attacks.fields import changed, example, places
from tests.e2e.attacks.fortress import Fortress, wire
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ClientMessage, Hello

OURS: tuple[Any, ...] = get_args(ClientMessage)
CODES = {code.value for code in ErrorCode}
CANARY = "velatura-canary"

PASSING = ("exchange", "incoming", "work", "blobs")
IN_PASSING = (".", "journal.sqlite3-")
"""Folders and files whose content comes and goes by itself."""

ESCAPES = (
    f"../../../../../../../../../../tmp/{CANARY}",
    f"/tmp/{CANARY}",
    f"..\\..\\..\\{CANARY}",
    f"C:\\{CANARY}",
    f"....//....//{CANARY}",
    f"%2e%2e%2f{CANARY}",
    f"file:///tmp/{CANARY}",
    f"~/{CANARY}",
    f"x/\x00{CANARY}",
    "..",
    ".",
    "/etc/passwd",
    "$(touch /tmp/velatura-canary)",
    "'; DROP TABLE jobs; --",
    "\u2025/\u2025/etc",
    "CON",
)


def escapes(kind: Any) -> Iterator[tuple[bool, dict[str, Any]]]:
    """Every message of this kind with one text replaced; whether the type itself forbids it."""
    right = example(kind)
    for place in places(kind):
        if place.is_text:
            for text in ESCAPES:
                is_forbidden = place.is_name and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text)
                yield is_forbidden, changed(right, place.path, text)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.t)
async def test_no_text_is_a_path(held: Fortress, kind: Any) -> None:
    """Where a name is wanted it is refused; where any text may stand nothing comes of it."""
    before = known_files(held)
    for is_forbidden, message in escapes(kind):
        answer = await held.say(wire(message), greets=kind is not Hello)
        assert {each["error"]["code"] for each in answer.errors} <= CODES
        if is_forbidden:
            assert answer.code == "bad_message", message
            assert answer.closed is not None
        assert_no_path(answer.errors, held)
    assert known_files(held) == before
    assert not os.path.lexists(f"/tmp/{CANARY}")
    assert (held.data_directory / "journal.sqlite3").exists()


def assert_no_path(errors: list[dict[str, Any]], held: Fortress) -> None:
    """What the server knows of its own disk; it may repeat a name that it was given."""
    told = repr(errors)
    assert str(held.ground) not in told
    assert "Traceback" not in told
    assert "velatura_backend" not in told


def known_files(held: Fortress) -> set[str]:
    """Names below the ground, those that come and go by themselves made alike."""
    found: set[str] = set()
    for folder, folders, files in os.walk(held.ground):
        folders[:] = [name for name in folders if name not in PASSING]
        names = [*folders, *(name for name in files if not name.startswith(IN_PASSING))]
        found |= {os.path.relpath(os.path.join(folder, name), held.ground) for name in names}
    return {re.sub(r"[0-9a-f]{32,}", "HEX", each) for each in found}


# -- models ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["install_model", "verify_model", "remove_model", "stop_model"])
@pytest.mark.parametrize("name", ["no-such-model", "models", "token", "CON", "nul", "-rf", "_"])
async def test_a_model_that_nobody_knows(held: Fortress, verb: str, name: str) -> None:
    before = known_files(held)
    message = {"t": verb, "request": 5, "model": name, "accepted": True, "discard": True}
    answer = await held.say(wire(message), quiet=1 if verb != "stop_model" else 0)
    if verb != "stop_model":
        assert (answer.code, answer.params["what"]) == ("not_found", "model")
    assert known_files(held) == before


@pytest.mark.parametrize("place", ["etc", "home", "comfyui", "no-such-place", "tmp"])
async def test_a_place_that_is_none(held: Fortress, place: str) -> None:
    answer = await held.say(wire({"t": "import_models", "request": 5, "place": place}), quiet=1)
    assert (answer.code, answer.params["what"]) == ("not_found", "place")


class _Touch:
    """Unpickling this runs a command."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self._canary}",)


def zipped(content: bytes) -> bytes:
    """As torch writes its files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
    return out.getvalue()


def lying_headers() -> Iterator[bytes]:
    """Safetensors that say more than they have, or what no file can have."""
    yield (2**63).to_bytes(8, "little")
    yield (2**40).to_bytes(8, "little") + b"{}"
    yield (100 * 1024 * 1024).to_bytes(8, "little") + b" " * 1000
    for tensor in (
        '{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}',
        '{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}',
        '{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}',
        '{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}',
        '{"dtype":"X","shape":[1],"data_offsets":[0,4]}',
        "[" * 100_000,
    ):
        head = f'{{"a":{tensor}}}'.encode()
        yield len(head).to_bytes(8, "little") + head + b"\x00" * 4


async def test_a_pickle_that_calls_itself_safetensors(held: Fortress, tmp_path: Path) -> None:
    """It is told by what is in it, and never loaded."""
    canary = tmp_path / CANARY
    danger = pickle.dumps(_Touch(canary))
    folder = held.data_directory / "models" / "import"
    folder.mkdir(parents=True, mode=0o700)
    contents = [danger, zipped(danger), *lying_headers()]
    try:
        for number, content in enumerate(contents):
            for old in folder.iterdir():
                old.unlink()
            (folder / f"model-{number}.safetensors").write_bytes(content)
            message = {"t": "import_models", "request": 5, "place": "dropped"}
            answer = await held.say(wire(message), quiet=1)
            assert answer.code in ("unreadable_file", "unsupported", "model_damaged", "not_found")
            assert answer.params.get("what") != "place"
            assert_no_path(answer.errors, held)
        listed = await held.say(wire({"t": "list_models", "request": 6}))
        assert all(not each.get("installed") for each in listed.messages)
    finally:
        for old in folder.iterdir():
            old.unlink()
        folder.rmdir()
    assert not canary.exists()
