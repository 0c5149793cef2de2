"""``velatura models list``: what is installed, and what can be."""

from __future__ import annotations

import json
import sys

from velatura_backend.models.manifest import Offer, offers
from velatura_backend.models.records import InstalledModel
from velatura_backend.models.store import ModelStore

from .model_reporting import described, licence_words, size_of, what_it_is
from .reporting import JsonValue, write_line
from .table import write_table


def write_listing(store: ModelStore, *, memory: int | None, as_json: bool) -> None:
    """``memory``: only what a graphics card with so many gigabytes runs well."""
    installed = store.recorded()
    there = {each.id for each in installed}
    offered = [
        each
        for each in offers()
        if each.id not in there and (memory is None or each.vram_gb <= memory)
    ]
    if as_json:
        listed: dict[str, JsonValue] = {
            "installed": [described(each) for each in installed],
            "offered": [_described(each) for each in offered],
        }
        write_line(sys.stdout, json.dumps(listed, indent=1, ensure_ascii=False))
        return
    _write_installed(installed)
    if offered:
        write_line(sys.stdout, "\nCan be installed: velatura models install MODEL\n")
        rows = [_row(each) for each in offered]
        write_table(sys.stdout, ("MODEL", "SIZE", "MEMORY", "WHAT IT GIVES"), rows)


def _write_installed(models: tuple[InstalledModel, ...]) -> None:
    if not models:
        write_line(sys.stdout, "No models are installed; the built-in engines need none.")
        return
    rows = [(each.id, size_of(each.bytes), what_it_is(each), _remarks(each)) for each in models]
    write_table(sys.stdout, ("MODEL", "SIZE", "WHAT IT IS", "NAME, LICENCE"), rows)


def _remarks(model: InstalledModel) -> str:
    remarks = [model.name, licence_words(model.licence, commercial_use=model.commercial_use)]
    if not model.location.exists():
        remarks.append("its files are gone")
    elif model.in_place:
        remarks.append(f"used in place: {model.location}")
    return ". ".join(remarks)


def _row(offer: Offer) -> tuple[str, ...]:
    size = size_of(offer.bytes) if offer.is_confirmed else f"~{size_of(offer.bytes)}"
    memory = f"{offer.vram_gb:g} GB" if offer.vram_gb else "-"
    licence = licence_words(offer.licence, commercial_use=offer.commercial_use)
    conditions = ", with conditions to agree to" if offer.conditions else ""
    return offer.id, size, memory, f"{offer.name}. {offer.gives} {licence}{conditions}."


def _described(offer: Offer) -> dict[str, JsonValue]:
    return {
        "id": offer.id,
        "name": offer.name,
        "gives": offer.gives,
        "kind": offer.kind.value,
        "family": offer.family.value,
        "variant": offer.variant.value,
        "bytes": offer.bytes,
        "licence": offer.licence,
        "licence_url": offer.licence_url,
        "conditions": offer.conditions,
        "commercial_use": offer.commercial_use,
        "vram_gb": offer.vram_gb,
        "recommended_for_gb": list(offer.classes),
        "needs": list(offer.needs),
        "repository": offer.repo,
        "revision": offer.revision,
        "hashes_known": offer.is_confirmed,
        "files": [
            {"path": each.path, "bytes": each.bytes, "sha256": each.sha256} for each in offer.files
        ],
    }
