"""What there is of models, what can be had, and on which terms."""

from __future__ import annotations

import pytest

from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import MODELS, SMALL, STATES
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.model import Action, Control, ModelItem, ProgressLine
from velatura_plugin.ui.pages.models import CONTROL_PREFIX, get_label, licence_line

ENGLISH = Translations()


def _items(name: str) -> dict[str, ModelItem]:
    page = shown(STATES[name]).models
    assert page is not None
    return {each.model: each for each in page.items}


def test_what_is_offered_says_what_it_gives_and_costs() -> None:
    item = _items("models")["sd15"]
    assert item.title == "Stable Diffusion 1.5 (for this computer)"
    assert item.text == (
        "Paints small. Runs well with 3 GB of graphics memory, slower with less. Licence: "
        "CreativeML OpenRAIL-M. Commercial use is allowed, under its conditions."
    )
    assert item.link == "https://example.org/rail"
    assert item.controls == (Control(Action.GET_MODEL, "Agree and get (2.1 GB)"),)


def test_what_it_needs_is_counted_and_named() -> None:
    item = _items("models")["klein"]
    assert "Comes with An encoder." in item.text
    assert item.text.endswith("Licence: Apache-2.0. Commercial use is allowed.")
    assert item.controls[0].label == "Get (17 GB)"


def test_what_is_installed_can_be_checked_and_removed() -> None:
    items = _items("models")
    assert items["vae"].title == "A VAE, 300 MB, installed"
    assert items["vae"].text == (
        "Licence unknown: see where you have it from. Its files belong to another program."
    )
    assert items["vae"].question == "Remove “A VAE” from the list? Its files stay."
    assert actions(items["vae"].controls) == [Action.VERIFY_MODEL, Action.REMOVE_MODEL]
    assert items["old"].text.endswith("Its files are gone.")
    assert items["old"].question == "Delete “Old” from the disk?"
    assert [each.enabled for each in items["old"].controls] == [False, True]


def test_what_a_control_network_was_made_for_is_asked_of_the_user() -> None:
    items = _items("models of control")
    (untold,), (told,) = items["untold"].fields, items["depths"].fields
    assert untold.id == f"{CONTROL_PREFIX}untold"
    assert [each.id for each in untold.options] == ["", "scribble", "depth"]
    assert (untold.value, told.value) == ("", "depth")
    assert untold.note.startswith("Nobody said what it was made for")
    assert not told.note
    assert items["several"].fields == items["vae"].fields == ()
    assert _items("models")["vae"].fields == ()


def test_another_programs_models_are_offered() -> None:
    item = _items("models")["comfyui"]
    assert item.title == "ComfyUI is on this computer"
    assert item.controls == (Control(Action.TAKE_IN_MODELS, "Use its models"),)


def test_what_is_under_way_can_be_stopped() -> None:
    items = _items("models at work")
    assert items["sd15"].progress == ProgressLine("1 GB of 2.1 GB", 1_000_000_000 / 2_100_000_000)
    assert actions(items["sd15"].controls) == [Action.STOP_MODEL]
    assert items["comfyui"].progress == ProgressLine("Beginning…")
    assert items["comfyui"].controls == ()
    assert items["vae"].controls == ()
    stopping = _items("models stopping")["sd15"]
    assert stopping.progress is not None
    assert stopping.progress.text == "Stopping…"
    assert not stopping.controls[0].enabled


def test_what_has_come_is_gone_on_with() -> None:
    assert _items("a model half here")["sd15"].controls[0].label == "Go on (1.2 GB of 2.1 GB)"
    assert get_label(MODELS, SMALL, ENGLISH) == "Agree and get (2.1 GB)"


def test_what_went_wrong_is_said_in_its_row() -> None:
    item = _items("models in trouble")["klein"]
    assert item.text.endswith("The download broke off. What has come is kept; go on when you like.")
    assert actions(item.controls) == [Action.GET_MODEL]


def test_without_libraries_nothing_is_downloaded() -> None:
    page = shown(STATES["models without libraries"]).models
    assert page is not None
    assert "python3 installer install --with diffusion" in page.note
    get = next(each for each in page.items if each.model == "sd15").controls[0]
    assert (get.enabled, get.reason) == (False, "The libraries for it are not installed.")


def test_before_the_answer() -> None:
    page = shown(STATES["models asked"]).models
    assert page is not None
    assert (page.items, page.empty) == ((), "Asking the engine…")
    assert page.close == Control(Action.CLOSE_MODELS, "Back")


@pytest.mark.parametrize(
    ("licence", "commercial", "conditions", "text"),
    [
        ("", False, False, "Licence unknown: see where you have it from."),
        ("X", False, True, "Licence: X. Commercial use is not known to be allowed."),
        ("X", True, True, "Licence: X. Commercial use is allowed, under its conditions."),
        ("X", True, False, "Licence: X. Commercial use is allowed."),
    ],
)
def test_licences(licence: str, commercial: bool, conditions: bool, text: str) -> None:
    line = licence_line(licence, ENGLISH, commercial_use=commercial, conditions=conditions)
    assert line == text
