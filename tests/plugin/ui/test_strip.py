from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import FAILURE, accepted, finished, thumbnail, variation, working
from velatura_plugin.i18n import Translations
from velatura_plugin.state.state import StagingChanged
from velatura_plugin.ui.model import Action, Strip
from velatura_plugin.ui.strip import strip_of
from velatura_protocol.messages import Remark, VariationFailed
from velatura_protocol.tasks import Operation


def strip(*events) -> Strip:
    (job,) = working(accepted(), *events).jobs
    return strip_of(job, Translations())


def enabled(shown: Strip) -> set[Action]:
    return {each.action for each in shown.controls if each.enabled}


ALWAYS = {Action.DISCARD_ALL, Action.MORE}
WITH_PIXELS = ALWAYS | {Action.COMPARE, Action.ACCEPT, Action.ACCEPT_COPY, Action.DISCARD}
WITH_SEVERAL = WITH_PIXELS | {Action.PREVIOUS, Action.NEXT, Action.ACCEPT_ALL}


def test_thumbnails_come_before_pixels() -> None:
    shown = strip(thumbnail(0))
    assert [each.name for each in shown.thumbnails] == ["Variation 1, seed 10"]
    assert shown.position == ""
    assert enabled(shown) == ALWAYS


def test_one_then_several() -> None:
    assert enabled(strip(variation(4, 0))) == WITH_PIXELS
    shown = strip(variation(4, 0), variation(5, 2))
    assert enabled(shown) == WITH_SEVERAL
    assert shown.position == "1 of 2"
    assert [each.is_current for each in shown.thumbnails] == [True, False]
    assert shown.title == "Remove (10)"


def test_it_asks_only_when_several_would_be_lost() -> None:
    assert not strip(variation(4, 0)).asks_before_discard
    both = working(accepted(), variation(4, 0), variation(5, 1), finished())
    assert strip_of(both.jobs[0], Translations()).asks_before_discard
    kept = both.jobs[0].staging.keeping(0)
    job = replace(both.jobs[0], staging=kept)
    assert not strip_of(job, Translations()).asks_before_discard
    assert StagingChanged("job", kept).staging.variations[0].kept


def test_failed_variations_are_told() -> None:
    shown = strip(variation(4, 0), VariationFailed("job", 5, 1, FAILURE))
    assert shown.failures == "1 of 3 variations failed; the others are kept."
    assert strip(variation(4, 0)).failures == ""


def test_what_there_is_to_say_about_results_is_said_once() -> None:
    short = Remark("stepped_down", "tiled")
    events = [
        replace(event, variation=replace(event.variation, remarks=(short,)))
        for event in (variation(4, 0), variation(5, 1))
    ]
    assert strip(*events).failures == "Memory was short: the picture was decoded in tiles."


def test_the_one_that_fits_best_is_marked() -> None:
    shown = strip(variation(4, 0, 0.5), variation(5, 1, 0.25), variation(6, 2, 0.75))
    assert [each.is_best for each in shown.thumbnails] == [False, True, False]
    assert shown.thumbnails[1].name == "Variation 2, seed 11: fits its surroundings best"
    (job,) = working(accepted(), variation(4, 0, 0.5), variation(5, 1, 0.25)).jobs
    vary = replace(job, operation=Operation.VARY)
    assert not any(each.is_best for each in strip_of(vary, Translations()).thumbnails)
