"""What panels share: drafts, settings, retouch mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.desk import REMOVE
from tests.plugin.ui.bench import Bench, Screen, bench_at
from velatura_plugin.client.events import Link
from velatura_plugin.settings import Settings, SettingsStore
from velatura_plugin.ui.form.memory import recalled
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.panel import Panel
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Edge, EdgeKind


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_at(tmp_path) as opened:
        yield opened


def test_settings_are_saved_and_in_effect_at_once(bench: Bench, tmp_path: Path) -> None:
    bench.press(Action.OPEN_SETTINGS)
    assert bench.screen.model.settings is not None
    bench.screen.edit("setting:accept_automatically", True)
    bench.screen.edit("setting:language", "de")
    assert bench.screen.model.settings.title == "Einstellungen"
    bench.press(Action.CLOSE_SETTINGS)
    assert bench.screen.model.generate.label == "Auswahl entfernen"
    assert bench.desk.controller.settings.accept_automatically
    bench.services.close()
    assert SettingsStore(tmp_path).load() == bench.desk.controller.settings
    bench.desk.controller.generate(REMOVE)
    bench.desk.until(lambda: "Entfernen (10)" in bench.layers)


def test_another_server_is_gone_to_when_the_settings_are_closed(bench: Bench) -> None:
    bench.press(Action.OPEN_SETTINGS)
    bench.screen.edit("setting:server_url", "wss://x")
    assert bench.desk.backend.connections == 1
    bench.press(Action.CLOSE_SETTINGS)
    bench.desk.until(lambda: bench.desk.backend.connections == 2)
    bench.press(Action.OPEN_SETTINGS)
    bench.press(Action.CLOSE_SETTINGS)
    bench.desk.until(lambda: bench.desk.controller.state.link.link is Link.ONLINE)
    assert bench.desk.backend.connections == 2


def test_settings_that_cannot_be_saved_are_told_and_in_effect(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: SettingsStore, _settings: Settings) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(SettingsStore, "save", refuse)
    bench.screen.edit("setting:variations", 5)
    bench.services.wait()
    bench.screen.edit("setting:variations", 6)
    assert bench.desk.controller.settings.variations == 6
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "The file cannot be written: Permission denied."


def test_previews_are_hidden_where_they_are(bench: Bench) -> None:
    bench.desk.backend.script.previews = 1
    bench.desk.backend.script.hold.add("result-0")
    bench.press(Action.GENERATE)
    bench.desk.until(lambda: bench.screen.model.preview is not None)
    bench.desk.until(lambda: len(bench.layers) == 2)
    bench.press(Action.TOGGLE_PREVIEWS)
    assert bench.layers == ["Background"]
    assert bench.screen.model.preview is None
    bench.press(Action.TOGGLE_PREVIEWS)
    assert bench.screen.model.preview is not None


def test_the_welcome_is_read_once(bench: Bench) -> None:
    bench.press(Action.CLOSE_WELCOME)
    assert bench.screen.model.welcome is None
    assert bench.desk.controller.settings.remembered["welcomed"] == "yes"


def value(bench: Bench, field_id: str) -> object:
    form = bench.screen.model.form
    (field,) = [each for each in (*form.main, *form.more) if each.id == field_id]
    return field.value


def test_a_draft_belongs_to_its_document(bench: Bench) -> None:
    bench.screen.edit("prompt", "red velvet")
    bench.screen.edit("task", "fill")
    first = bench.desk.host.active_document()
    assert first is not None
    bench.desk.open(seed=1)
    bench.desk.controller.refresh()
    assert value(bench, "prompt") == ""
    assert value(bench, "task") == "fill", "what is remembered holds for new documents"
    bench.screen.edit("prompt", "blue sky")
    bench.desk.host.active = first.id
    bench.desk.controller.refresh()
    assert value(bench, "prompt") == "red velvet"


def test_panels_of_several_windows_share_it(bench: Bench) -> None:
    other = Screen()
    panel = Panel(bench.services, other)
    bench.screen.edit("prompt", "red velvet")
    (field,) = [each for each in other.model.form.main if each.id == "prompt"]
    assert field.value == "red velvet"
    bench.press(Action.OPEN_SETTINGS)
    assert other.model.settings is None
    panel.close()
    rendered = len(other.models)
    bench.screen.edit("prompt", "")
    assert len(other.models) == rendered


def test_prompts_are_remembered_newest_first_and_once(bench: Bench, tmp_path: Path) -> None:
    for prompt in ("one", "two", "one"):
        bench.screen.edit("prompt", prompt)
        bench.generate()
    bench.services.close()
    assert SettingsStore(tmp_path).load().prompts == ["one", "two"]
    (field,) = [each for each in bench.screen.model.form.main if each.id == "prompt"]
    assert [each.id for each in field.options] == ["one", "two"]


def test_choices_are_there_again_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    bench.screen.edit("edge", "feather")
    bench.screen.edit("edge_pixels", 12)
    bench.screen.edit("task", "restyle")
    bench.services.close()
    draft = recalled(SettingsStore(tmp_path).load().remembered)
    assert draft.task == "restyle"
    assert draft.edges == {"remove": Edge(EdgeKind.FEATHER, 12)}


def test_retouch_mode(bench: Bench) -> None:
    assert value(bench, "retouch") is False
    bench.screen.edit("retouch", True)
    assert value(bench, "retouch") is True
    document = bench.desk.host.active_document()
    assert document is not None
    bench.desk.host.select(document, Rect(2, 2, 3, 3))
    for _ in range(2):
        bench.app.retouch.tick()
    bench.desk.until(lambda: len(bench.layers) > 1 and not bench.desk.controller.state.jobs)
    bench.screen.edit("retouch", False)
    assert not bench.app.retouch.is_on


def test_retouch_mode_follows_the_panel(bench: Bench) -> None:
    bench.screen.edit("retouch", True)
    bench.screen.edit("edge", "exact")
    document = bench.desk.host.active_document()
    assert document is not None
    bench.desk.backend.script.hold.add("result-0")
    bench.desk.host.select(document, Rect(2, 2, 3, 3))
    for _ in range(2):
        bench.app.retouch.tick()
    bench.desk.until(lambda: bool(bench.desk.backend.jobs))
    (job,) = bench.desk.backend.jobs.values()
    assert job.submit.task.edge == Edge()
