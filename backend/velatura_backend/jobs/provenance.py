"""What made a picture, as XMP: IPTC's digital source type and one entry per edit.

XMP is ISO 16684-1. ``Iptc4xmpExt:DigitalSourceType`` is what platforms read to label generated
pictures; ``velatura:Edits`` (an ``rdf:Seq``) keeps engine, seed, model and parameters of the last
50 edits, so that a chain of edits stays accountable. Prompts are not written.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from xml.dom import minidom
from xml.parsers import expat

from velatura_protocol.provenance import Provenance

_LOG = logging.getLogger(__name__)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMLNS = "http://www.w3.org/2000/xmlns/"
NAMESPACE = "urn:velatura:xmp:1.0:"
_PREFIXES = {"rdf": _RDF, "xmp": _XMP, "Iptc4xmpExt": _IPTC_EXT, "velatura": NAMESPACE}

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TRAINED_COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
_TRAINED = ("trainedAlgorithmicMedia", _TRAINED_COMPOSITE)

_MAX_EDITS = 50  # JPEG holds 64 KiB of XMP, and most of it may be taken already

_EMPTY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
_PACKET_START = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_PACKET_END = '<?xpacket end="w"?>'


class _Refused(Exception):
    """The packet has a document type: entities in it could expand without bound."""


def to_xmp(provenance: Provenance, existing: bytes | None) -> bytes:
    """An XMP packet (UTF-8) with ``provenance`` added to what ``existing`` says.

    Other properties stay, ``xmp:CreatorTool`` included where there is one. A picture that was
    already declared as made with a trained model stays so declared. An ``existing`` packet that is
    not well-formed XMP, or has a document type, is replaced (and logged): see :func:`is_readable`.
    """
    document = _parse(existing) if existing else None
    if document is None:
        if existing:
            _LOG.warning("XMP of %d bytes could not be read and is replaced", len(existing))
        document = minidom.parseString(_EMPTY)
    description = _add_description(document)
    _set_source_type(document, description, provenance.digital_source_type)
    if not _find(document, _XMP, "CreatorTool"):
        description.setAttributeNS(_XMP, "xmp:CreatorTool", provenance.software)
    _append_edit(document, description, provenance)
    _drop_empty_descriptions(document)
    body = document.documentElement
    assert body is not None
    return f"{_PACKET_START}{body.toxml()}{_PACKET_END}".encode()


def to_least_xmp(provenance: Provenance, existing: bytes | None) -> bytes:
    """:func:`to_xmp` without the rest of what ``existing`` says, for formats that lack the room.

    Being made with a trained model is still not undone.
    """
    document = _parse(existing) if existing else None
    is_trained = document is not None and _declares_training(document)
    if is_trained and provenance.digital_source_type not in _TRAINED:
        provenance = replace(provenance, digital_source_type=_TRAINED_COMPOSITE)
    return to_xmp(provenance, None)


def is_readable(existing: bytes) -> bool:
    """Whether :func:`to_xmp` can keep what this packet says."""
    return _parse(existing) is not None


def _parse(packet: bytes) -> minidom.Document | None:
    """None for what is not XMP, or not safe to read."""
    try:
        _refuse_document_type(packet)
        document = minidom.parseString(packet.strip(b"\0 \r\n\t"))
    except (expat.ExpatError, _Refused, ValueError):
        return None
    return document if document.getElementsByTagNameNS(_RDF, "RDF") else None


def _refuse_document_type(packet: bytes) -> None:
    def refuse(*_: object) -> None:
        raise _Refused

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(packet.strip(b"\0 \r\n\t"), True)


def _find(
    document: minidom.Document, namespace: str, name: str
) -> list[tuple[minidom.Element, bool]]:
    """Every place that states the property: (element, is it an attribute of that element)."""
    places: list[tuple[minidom.Element, bool]] = []
    for description in document.getElementsByTagNameNS(_RDF, "Description"):
        if description.hasAttributeNS(namespace, name):
            places.append((description, True))
    places.extend((element, False) for element in document.getElementsByTagNameNS(namespace, name))
    return places


def _value(element: minidom.Element, namespace: str, name: str, is_attribute: bool) -> str:
    if is_attribute:
        return element.getAttributeNS(namespace, name)
    resource = element.getAttributeNS(_RDF, "resource")
    texts = [n.data for n in element.childNodes if isinstance(n, minidom.Text)]
    return resource or "".join(texts).strip()


def _add_description(document: minidom.Document) -> minidom.Element:
    """A fresh rdf:Description for our properties, about the same thing as the first one."""
    root = document.getElementsByTagNameNS(_RDF, "RDF")[0]
    others = document.getElementsByTagNameNS(_RDF, "Description")
    about = others[0].getAttributeNS(_RDF, "about") if others else ""
    description = document.createElementNS(_RDF, "rdf:Description")
    for prefix, namespace in _PREFIXES.items():
        description.setAttributeNS(_XMLNS, f"xmlns:{prefix}", namespace)
    description.setAttributeNS(_RDF, "rdf:about", about)
    root.appendChild(description)
    return description


def _set_source_type(
    document: minidom.Document, description: minidom.Element, source_type: str
) -> None:
    """One statement in all, on ``description``. Being made with a trained model is not undone."""
    if _declares_training(document) and source_type not in _TRAINED:
        source_type = _TRAINED_COMPOSITE
    for element, is_attribute in _find(document, _IPTC_EXT, "DigitalSourceType"):
        if is_attribute:
            element.removeAttributeNS(_IPTC_EXT, "DigitalSourceType")
        else:
            _detach(element)
    description.setAttributeNS(
        _IPTC_EXT, "Iptc4xmpExt:DigitalSourceType", _VOCABULARY + source_type
    )


def _declares_training(document: minidom.Document) -> bool:
    stated = (
        _value(element, _IPTC_EXT, "DigitalSourceType", is_attribute)
        for element, is_attribute in _find(document, _IPTC_EXT, "DigitalSourceType")
    )
    return any(each.rpartition("/")[2] in _TRAINED for each in stated)


def _append_edit(
    document: minidom.Document, description: minidom.Element, provenance: Provenance
) -> None:
    sequence = _edit_sequence(document, description)
    entry = document.createElementNS(_RDF, "rdf:li")
    entry.setAttributeNS(_RDF, "rdf:parseType", "Resource")
    for name, value in _fields(provenance).items():
        field = document.createElementNS(NAMESPACE, f"velatura:{name}")
        field.appendChild(document.createTextNode(value))
        entry.appendChild(field)
    sequence.appendChild(entry)
    entries = [n for n in sequence.childNodes if isinstance(n, minidom.Element)]
    for oldest in entries[:-_MAX_EDITS]:
        _detach(oldest)


def _edit_sequence(document: minidom.Document, description: minidom.Element) -> minidom.Element:
    """The rdf:Seq of earlier edits, moved to the new description (which has the prefixes)."""
    edits = document.createElementNS(NAMESPACE, "velatura:Edits")
    sequence = document.createElementNS(_RDF, "rdf:Seq")
    edits.appendChild(sequence)
    for earlier in document.getElementsByTagNameNS(NAMESPACE, "Edits"):
        for entry in earlier.getElementsByTagNameNS(_RDF, "li"):
            sequence.appendChild(entry)
        _detach(earlier)
    description.appendChild(edits)
    return sequence


def _drop_empty_descriptions(document: minidom.Document) -> None:
    """Those that lost our earlier statements and never held any other."""
    for description in document.getElementsByTagNameNS(_RDF, "Description"):
        attributes = description.attributes
        stated = [a for a in attributes.values() if a.namespaceURI not in (_XMLNS, _RDF)]
        nested = [n for n in description.childNodes if isinstance(n, minidom.Element)]
        if not stated and not nested:
            _detach(description)


def _detach(element: minidom.Element) -> None:
    holder = element.parentNode
    if holder is not None:
        holder.removeChild(element)


def _fields(provenance: Provenance) -> dict[str, str]:
    fields = {
        "Operation": provenance.operation.value,
        "Intent": provenance.intent.value,
        "Engine": provenance.engine,
        "EngineVersion": provenance.engine_version,
        "ModelHash": provenance.model_hash,
        "Seed": str(provenance.seed),
        "Software": provenance.software,
        "Device": provenance.device,
        "Threads": str(provenance.threads),
        "Memory": provenance.memory,
        "Created": provenance.created,
        "Parameters": json.dumps(provenance.parameters, sort_keys=True),
    }
    return {name: value for name, value in fields.items() if value}
