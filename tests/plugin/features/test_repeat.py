from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, desk
from velatura_plugin.features.repeat import repeat
from velatura_protocol.errors import NotFound, NothingSelected
from velatura_protocol.geometry import Rect


def test_the_same_on_the_selection_of_now() -> None:
    with desk() as plugin:
        document = plugin.open()
        plugin.connect()
        first = plugin.finish(plugin.controller.generate(replace(REMOVE, variations=1)))
        plugin.controller.accept(first.job)
        plugin.host.select(document, Rect(1, 1, 2, 2))
        again = plugin.finish(repeat(plugin.controller))
        assert (again.operation, again.intent, again.seed) == (
            first.operation,
            first.intent,
            first.seed,
        )
        assert again.regions != first.regions


def test_there_is_nothing_yet() -> None:
    with desk() as plugin:
        plugin.open()
        plugin.connect()
        with pytest.raises(NotFound) as caught:
            repeat(plugin.controller)
        assert caught.value.params["what"] == "request"


def test_what_could_not_be_captured_can_be_repeated() -> None:
    """The user forgot to select: a selection and one more press is all it takes."""
    with desk() as plugin:
        document = plugin.open()
        plugin.host.deselect(document)
        plugin.connect()
        with pytest.raises(NothingSelected):
            plugin.controller.generate(REMOVE)
        plugin.host.select(document, Rect(1, 1, 2, 2))
        assert plugin.finish(repeat(plugin.controller)).staging.ready


def test_what_was_not_asked_for_in_person_is_not_repeated() -> None:
    with desk() as plugin:
        plugin.open()
        plugin.connect()
        plugin.controller.generate(REMOVE, repeatable=False)
        assert plugin.controller.state.last is None
