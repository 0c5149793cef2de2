"""The shipped list of models, and what no list may say."""

from __future__ import annotations

import json

import pytest

from velatura_backend.models.manifest import (
    MEMORY_CLASSES,
    BadManifest,
    offer,
    offers,
    parse_manifest,
    recommended,
)
from velatura_protocol.errors import NotFound
from velatura_protocol.fields import is_identifier

COMMIT = "a" * 40


def entry(**changes: object) -> dict[str, object]:
    return {
        "id": "vae",
        "name": "A VAE",
        "gives": "Nothing by itself.",
        "kind": "vae",
        "family": "none",
        "variant": "base",
        "form": "file",
        "repo": "ada/vae",
        "revision": COMMIT,
        "licence": "MIT",
        "licence_url": "https://example.org/licence",
        "conditions": False,
        "commercial_use": True,
        "vram_gb": 1,
        "classes": [],
        "files": [{"path": "vae.safetensors", "bytes": 5, "sha256": "0" * 64}],
    } | changes


def manifest(*entries: dict[str, object]) -> bytes:
    return json.dumps({"version": 1, "models": entries}).encode()


def test_the_shipped_one_is_whole() -> None:
    for each in offers():
        assert is_identifier(each.id)
        assert each.gives.endswith(".")
        assert each.licence
        assert each.licence_url.startswith("https://")
        assert each.bytes > 0
        assert all(is_identifier(need) for need in each.needs)


def test_every_class_has_something_small_first() -> None:
    for memory in MEMORY_CLASSES:
        chosen = recommended(memory)
        assert chosen, memory
        assert chosen[0].kind.value == "checkpoint"
        assert all(each.vram_gb <= memory for each in chosen)
    assert recommended(4)[0].id == "sd15"
    assert recommended(1) == recommended(4)
    assert recommended(11.9) == recommended(12)
    assert recommended(80) == recommended(24)
    assert min(each.bytes for each in offers() if each.kind.value == "checkpoint") == (
        offer("dreamshaper-8").bytes
    )


def test_what_is_pinned_is_pinned() -> None:
    """By a commit, or by hashes; never by neither."""
    for each in offers():
        is_commit = len(each.revision) == 40
        assert is_commit or all(file.sha256 for file in each.files)
        assert each.is_confirmed == all(len(file.sha256) == 64 for file in each.files) or each.take


def test_there_is_no_such_model() -> None:
    with pytest.raises(NotFound):
        offer("none")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"id": ""},
        {"kind": "virus"},
        {"repo": "https://evil.example/x"},
        {"repo": "ada/../etc"},
        {"revision": "main", "files": [], "take": ["*"], "about_bytes": 5},
        {"files": [], "take": ["*"]},
        {"files": []},
        {"take": ["*"]},
        {"files": [{"path": "../../x", "bytes": 5, "sha256": "0" * 64}]},
        {"files": [{"path": "x", "as": "/etc/passwd", "bytes": 5, "sha256": "0" * 64}]},
        {"files": [{"path": "x", "as": "..\\x", "bytes": 5, "sha256": "0" * 64}]},
        {"files": [{"path": "x", "bytes": 5, "sha256": "latest"}]},
        {"files": [{"path": "x", "bytes": 0, "sha256": "0" * 64}]},
        {"files": [{"path": "x", "bytes": 5}]},
        {"needs": ["none"]},
        {"classes": [5]},
        {"licence": None, "form": "x"},
    ],
)
def test_a_manifest_that_leads_elsewhere_is_refused(change: dict[str, object]) -> None:
    assert parse_manifest(manifest(entry()))
    with pytest.raises(BadManifest):
        parse_manifest(manifest(entry(**change)))


def test_a_later_manifest_and_doubles_are_refused() -> None:
    with pytest.raises(BadManifest):
        parse_manifest(b'{"version": 2, "models": []}')
    with pytest.raises(BadManifest):
        parse_manifest(manifest(entry(), entry()))
