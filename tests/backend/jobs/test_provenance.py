from __future__ import annotations

import logging
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.jobs.provenance import NAMESPACE, is_readable, to_least_xmp, to_xmp
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
OURS = "{" + NAMESPACE + "}"

EDIT = Provenance(
    operation=Operation.FILL,
    engine="builtin.fill",
    engine_version="3",
    software="Velatura 0.1.0",
    seed=7,
    created="2026-01-02T03:04:05Z",
    digital_source_type="compositeSynthetic",
    intent=Intent.REMOVE,
    threads=2,
    parameters={"detail": 0.5, "palette": ("#ff0000", "#00ff00"), "name": "a<b>&\0"},
)

LIGHTROOM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:CreatorTool="Darkroom 4" xmp:Rating="5"><dc:title><rdf:Alt>
 <rdf:li xml:lang="x-default">Tästbild</rdf:li></rdf:Alt></dc:title>PLACE</rdf:Description>
</rdf:RDF></x:xmpmeta>   \n   <?xpacket end="w"?>"""


def packet(place: str = "") -> bytes:
    return LIGHTROOM.replace("PLACE", place).encode()


def stated(xmp: bytes) -> list[str]:
    """Every statement of the source type, as attribute or element."""
    root = ElementTree.fromstring(xmp.strip())
    found = [value for each in root.iter() for name, value in each.attrib.items() if name == IPTC]
    return found + [each.text or "" for each in root.iter(IPTC)]


def edits(xmp: bytes) -> list[dict[str, str]]:
    root = ElementTree.fromstring(xmp.strip())
    (sequence,) = root.iter(f"{OURS}Edits")
    entries = sequence.findall(f"{RDF}Seq/{RDF}li")
    return [{f.tag.removeprefix(OURS): f.text or "" for f in entry} for entry in entries]


def test_a_fresh_packet_says_what_was_done():
    xmp = to_xmp(EDIT, None)
    assert stated(xmp) == [VOCABULARY + "compositeSynthetic"]
    assert edits(xmp) == [
        {
            "Operation": "fill",
            "Intent": "remove",
            "Engine": "builtin.fill",
            "EngineVersion": "3",
            "Seed": "7",
            "Software": "Velatura 0.1.0",
            "Device": "cpu",
            "Threads": "2",
            "Created": "2026-01-02T03:04:05Z",
            "Parameters": '{"detail": 0.5, "name": "a<b>&\\u0000", '
            '"palette": ["#ff0000", "#00ff00"]}',
        }
    ]
    assert b'xmp:CreatorTool="Velatura 0.1.0"' in xmp
    assert xmp.startswith(b"<?xpacket begin=")
    assert xmp.endswith(b'<?xpacket end="w"?>')


def test_the_model_is_named_where_there_is_one():
    xmp = to_xmp(replace(EDIT, model_hash="blake2b:00ff"), None)
    assert edits(xmp)[0]["ModelHash"] == "blake2b:00ff"


def test_nothing_that_was_said_before_is_lost():
    xmp = to_xmp(EDIT, packet())
    root = ElementTree.fromstring(xmp.strip())
    (first, *_) = root.iter(f"{RDF}Description")
    assert first.attrib[f"{XMP}CreatorTool"] == "Darkroom 4"
    assert first.attrib[f"{XMP}Rating"] == "5"
    assert [each.text for each in root.iter(f"{DC}title") for each in each.iter(f"{RDF}li")] == [
        "Tästbild"
    ]
    assert stated(xmp) == [VOCABULARY + "compositeSynthetic"]


@pytest.mark.parametrize(
    "place",
    [
        "<e:DigitalSourceType {ns}>{value}</e:DigitalSourceType>",
        '<e:DigitalSourceType {ns} rdf:resource="{value}"/>',
    ],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("digitalCapture", "compositeSynthetic"),
        ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"),
        ("compositeWithTrainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_a_trained_model_is_not_forgotten(place, before, after):
    namespace = 'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    existing = packet(place.format(ns=namespace, value=VOCABULARY + before))
    assert stated(existing) or "resource" in place
    assert stated(to_xmp(EDIT, existing)) == [VOCABULARY + after]


def test_a_chain_of_edits_is_kept_in_order_without_growing_rubbish():
    xmp = packet()
    for seed in range(60):
        xmp = to_xmp(replace(EDIT, seed=seed), xmp)
    assert [entry["Seed"] for entry in edits(xmp)] == [str(seed) for seed in range(10, 60)]
    assert stated(xmp) == [VOCABULARY + "compositeSynthetic"]
    assert xmp.count(b"<rdf:Description") == 2
    assert len(to_xmp(EDIT, xmp)) <= len(xmp) + 10
    assert len(xmp) < 60_000


def test_padding_and_zeros_around_a_packet_do_no_harm():
    assert is_readable(packet() + b"\0\0")
    assert is_readable(b"\n " + packet())


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "existing",
    [
        b"not xml",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        BOMB + packet().partition(b"?>")[2],
        packet()[:-200],
        b"\xff\xfe\x00",
    ],
)
def test_what_cannot_be_read_safely_is_replaced_and_logged(existing, caplog):
    assert not is_readable(existing)
    with caplog.at_level(logging.WARNING):
        assert len(edits(to_xmp(EDIT, existing))) == 1
    assert "could not be read" in caplog.text


@settings(max_examples=50, deadline=None)
@given(st.text(), st.binary(max_size=60))
def test_no_text_breaks_the_packet(text, rubbish):
    encodable = text.encode("utf-8", "ignore").decode()
    xmp = to_xmp(replace(EDIT, parameters={"text": encodable}), rubbish)
    assert len(edits(xmp)) == 1


def test_the_least_that_is_said() -> None:
    xmp = to_least_xmp(EDIT, packet())
    assert b"Rating" not in xmp
    assert stated(xmp) == [VOCABULARY + "compositeSynthetic"]
    assert len(edits(to_least_xmp(EDIT, to_xmp(EDIT, None)))) == 1
    trained = to_xmp(replace(EDIT, digital_source_type="trainedAlgorithmicMedia"), None)
    kept = [VOCABULARY + "compositeWithTrainedAlgorithmicMedia"]
    assert stated(to_least_xmp(EDIT, trained)) == kept
    assert stated(to_least_xmp(EDIT, b"no xmp")) == [VOCABULARY + "compositeSynthetic"]
