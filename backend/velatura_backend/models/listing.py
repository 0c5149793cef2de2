"""Installed and offered models as clients are told of them."""

from __future__ import annotations

from collections.abc import Collection

from velatura_protocol.errors import NoModel, Unsupported
from velatura_protocol.messages import InstalledModelInfo, OfferedModel
from velatura_protocol.tasks import Operation

from ..engines.diffusion.specs import spec_of
from .describing import control_of
from .manifest import Offer, offers, recommended
from .records import InstalledModel, ModelKind
from .store import ModelStore

_LONGEST = 256


def describe(model: InstalledModel) -> InstalledModelInfo:
    return InstalledModelInfo(
        id=model.id,
        name=model.name[:_LONGEST],
        kind=model.kind.value,
        family=model.family.value,
        bytes=model.bytes,
        licence=model.licence[:_LONGEST],
        commercial_use=model.commercial_use,
        source=model.source[:_LONGEST],
        in_place=model.in_place,
        is_there=model.location.exists(),
        control=control_of(model)[:_LONGEST],
    )


def offered(
    store: ModelStore, *, memory: int = 0, installing: Collection[str] = ()
) -> tuple[OfferedModel, ...]:
    """What is not installed. ``memory``: of the graphics card, in bytes, 0 for none."""
    there = {each.id for each in store.all()}
    good = {each.id for each in recommended(memory / 1024**3)}
    return tuple(
        OfferedModel(
            id=each.id,
            name=each.name,
            kind=each.kind.value,
            family=each.family.value,
            gives=each.gives,
            operations=operations_of(each, store),
            bytes=each.bytes,
            arrived=_arrived(store, each),
            installing=each.id in installing,
            hashes_known=each.is_confirmed,
            licence=each.licence,
            licence_url=each.licence_url,
            conditions=each.conditions,
            commercial_use=each.commercial_use,
            memory=round(each.vram_gb * 1e9),
            recommended=each.id in good,
            needs=each.needs,
        )
        for each in offers()
        if each.id not in there
    )


def operations_of(offer: Offer, store: ModelStore) -> tuple[Operation, ...]:
    """What its engine will be able to do; nothing for an add-on."""
    if offer.kind is not ModelKind.CHECKPOINT:
        return ()
    model = InstalledModel(
        id=offer.id,
        name=offer.name,
        kind=offer.kind,
        family=offer.family,
        location=store.own / offer.id,
        form=offer.form,
        variant=offer.variant,
        distilled=offer.distilled,
    )
    try:
        return spec_of(model, store).operations
    except Unsupported:
        return ()


def missing_for(operation: Operation, store: ModelStore, *, memory: int = 0) -> NoModel:
    """What to install so that ``operation`` can be done: the smallest of those that this machine
    runs well, else the smallest of all."""
    able = [each for each in offers() if operation in operations_of(each, store)]
    good = [each for each in able if each in recommended(memory / 1024**3)]
    chosen = (good or able)[:1]
    if not chosen:
        return NoModel(model="", name="", bytes=0)
    return NoModel(model=chosen[0].id, name=chosen[0].name, bytes=chosen[0].bytes)


def _arrived(store: ModelStore, offer: Offer) -> int:
    folder = store.parts / offer.id / "files"
    files = (each for each in folder.rglob("*") if each.suffix != ".sha256" and each.is_file())
    return min(sum(each.stat().st_size for each in files), offer.bytes)
