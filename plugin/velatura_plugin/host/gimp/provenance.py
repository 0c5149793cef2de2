# pyright: standard
"""What an accepted layer and its document say of where they come from: parasites, saved in XCF."""

from __future__ import annotations

import base64

from velatura_protocol.codec import decode_value, encode_value
from velatura_protocol.provenance import Provenance

from .gi_names import Gimp

LAYER = "velatura-provenance"
DOCUMENT = "velatura-document-key"
PREVIEW = "velatura-preview"
PREFIX = "[Preview] "
"""Of the names of layers that are staged."""
_PERSISTENT = 1
_UNDOABLE = 2


def store_provenance(layer: Gimp.Layer, provenance: Provenance) -> None:
    # Without being undoable it would be a step that cannot be undone, of which GIMP complains.
    _attach(layer, LAYER, encode_value(Provenance, provenance), _PERSISTENT | _UNDOABLE)


def provenance_of(layer: Gimp.Layer) -> Provenance | None:
    parasite = layer.get_parasite(LAYER)
    return None if parasite is None else decode_value(Provenance, _data(parasite))


def is_result(layer: Gimp.Layer) -> bool:
    """It was accepted from us, or is a group that was made for what was, or holds nothing else."""
    if layer.get_parasite(LAYER) is not None:
        return True
    inside = layer.get_children() if layer.is_group() else []
    return bool(inside) and all(is_result(each) for each in inside)


def store_key(image: Gimp.Image, key: str) -> None:
    _attach(image, DOCUMENT, key.encode())


def key_of(image: Gimp.Image) -> str:
    parasite = image.get_parasite(DOCUMENT)
    return "" if parasite is None else _data(parasite).decode()


def mark_preview(layer: Gimp.Layer, job: str) -> None:
    """Found again, should the plug-in die before it can take it away."""
    _attach(layer, PREVIEW, job.encode())


def preview_job(layer: Gimp.Layer) -> str:
    """The job it is staged for; empty where it is none of ours."""
    parasite = layer.get_parasite(PREVIEW)
    return "" if parasite is None else _data(parasite).decode()


def _attach(
    owner: Gimp.Image | Gimp.Layer, name: str, data: bytes, flags: int = _PERSISTENT
) -> None:
    # As text: PyGObject 3.50 takes the bytes of a parasite for numbers from -128 to 127.
    text = base64.b64encode(data)
    owner.attach_parasite(Gimp.Parasite.new(name, flags, text))


def _data(parasite: Gimp.Parasite) -> bytes:
    return base64.b64decode(bytes(parasite.get_data()))
