from __future__ import annotations

from velatura_plugin.capture.extent import Anchor
from velatura_plugin.i18n import load_translations
from velatura_plugin.ui.wording.names import anchor_name, place_name, source_name
from velatura_protocol.tasks import Operation, Placement, SampleSource


def test_every_choice_has_a_name_of_its_own() -> None:
    for language in ("en", "de", "fr"):
        words = load_translations(language)
        assert len({anchor_name(each, words) for each in Anchor}) == len(Anchor)
        assert len({source_name(each, words) for each in SampleSource}) == len(SampleSource)
        places = {place_name(each, Operation.UPSCALE, words) for each in Placement}
        assert len(places) == len(Placement)


def test_an_upscale_onto_the_canvas_says_what_it_is_for() -> None:
    words = load_translations("en")
    assert place_name(Placement.ABOVE, Operation.GENERATE, words) == "On a new layer"
    assert "more detail" in place_name(Placement.ABOVE, Operation.UPSCALE, words)
