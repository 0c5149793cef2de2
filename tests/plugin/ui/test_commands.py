"""Menus and shortcuts: the table, and what each entry does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.plugin.ui.bench import Bench, bench_at
from tests.plugin.ui.states import offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.client.events import Greeted
from velatura_plugin.i18n import LANGUAGES, load_translations
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.commands import PREFIX, Command, commands
from velatura_protocol.messages import PROTOCOL, Limits, Welcome
from velatura_protocol.tasks import Intent, Operation

TASKS = ["fill", "remove", "extend", "restyle", "upscale", "vary", "tile", "retarget", "generate"]
TASKS += ["restore", "recolour", "cut_out"]
IDS = [*TASKS, "repeat", "stop", "accept", "accept_all", "discard", "next", "previous", "compare"]
IDS += ["panel", "retouch_mode"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_at(tmp_path) as opened:
        yield opened


def command(name: str) -> Command:
    (found,) = [each for each in commands() if each.id == name]
    return found


def test_the_ids_are_those_people_bind_their_shortcuts_to() -> None:
    assert sorted(each.id for each in commands()) == sorted(IDS)
    assert command("accept_all").action_id == "velatura_accept_all"
    assert {each.action_id.removeprefix(PREFIX) for each in commands()} == set(IDS)


def test_krita_s_file_of_actions_has_them_all() -> None:
    file = Path(__file__).parents[3] / "plugin" / "krita" / "velatura.action"
    actions = {each.get("name"): each for each in ElementTree.parse(file).iter("Action")}
    assert set(actions) >= {each.action_id for each in commands()}
    for each in commands():
        action = actions[each.action_id]
        assert action.findtext("text") == each.title
        assert action.findtext("isCheckable") == str(each.checkable).lower()
        assert not action.findtext("shortcut"), "unassigned: Krita's own come first"


def test_titles_are_in_the_user_s_language() -> None:
    titles = {each.id: each.title for each in commands(load_translations("de"))}
    assert titles["remove"] == "Velatura: Ausgewähltes entfernen"
    assert len(set(titles.values())) == len(IDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_menu_does_not_say_velatura_in_each_line(language: str) -> None:
    entries = [each.entry for each in commands(load_translations(language))]
    assert all(each[:1].isupper() and "Velatura" not in each for each in entries)
    assert len(set(entries)) == len(IDS)


def test_only_what_the_engines_can_do_is_present() -> None:
    built_in = offering(FILL)
    present = {each.id for each in commands() if each.is_present(built_in)}
    assert present & set(TASKS) == {"fill", "remove", "extend"}
    assert present - set(TASKS) == set(IDS) - set(TASKS)
    assert all(each.is_present(PanelState()) for each in commands()), "nobody knows yet"


@pytest.mark.parametrize("task", ["fill", "remove", "upscale", "vary", "cut_out"])
def test_a_task_runs_without_becoming_the_panel_s(bench: Bench, task: str) -> None:
    command(task).run(bench.services)
    (view,) = bench.desk.controller.state.jobs
    intent = {"fill": Intent.FILL, "remove": Intent.REMOVE}.get(task, Intent.NONE)
    operation = Operation.FILL if intent is not Intent.NONE else Operation(task)
    assert (view.operation, view.intent) == (operation, intent)
    assert bench.services.draft.task == "remove"


def test_what_it_lacks_becomes_the_notice(bench: Bench) -> None:
    command("extend").run(bench.services)
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "Say how far the picture is to be extended."
    assert bench.desk.controller.state.jobs == ()


def test_a_task_that_no_engine_can_do_is_not_replaced_by_another(bench: Bench) -> None:
    welcome = Welcome(PROTOCOL, "0.1.0", (Operation.FILL,), (FILL,), Limits())
    bench.desk.controller.store.apply(Greeted(welcome))
    command("restyle").run(bench.services)
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "No engine here can do this: Restyle."
    assert bench.desk.controller.state.jobs == ()


def test_from_remove_to_accept_by_keys(bench: Bench) -> None:
    command("remove").run(bench.services)
    bench.desk.until(lambda: bench.screen.model.progress is None)
    command("next").run(bench.services)
    assert bench.screen.strip.position == "2 of 2"
    command("previous").run(bench.services)
    assert bench.screen.strip.position == "1 of 2"
    command("compare").run(bench.services)
    assert bench.layers == ["Background"]
    command("compare").run(bench.services)
    command("accept").run(bench.services)
    assert bench.layers == ["Background", "Remove (10)"]
    command("repeat").run(bench.services)
    bench.desk.until(lambda: bench.screen.model.progress is None)
    command("discard").run(bench.services)
    assert bench.screen.model.strips == ()
    command("repeat").run(bench.services)
    bench.desk.until(lambda: bench.screen.model.progress is None)
    command("accept_all").run(bench.services)
    assert len(bench.layers) > 2


def test_with_nothing_to_choose_from_nothing_happens(bench: Bench) -> None:
    for name in ("accept", "accept_all", "discard", "next", "previous", "compare"):
        command(name).run(bench.services)
    assert bench.screen.model.notice is None
    assert bench.layers == ["Background"]


def test_stop(bench: Bench) -> None:
    bench.desk.backend.script.hold.add("started")
    command("remove").run(bench.services)
    command("stop").run(bench.services)
    bench.desk.until(lambda: bench.screen.model.stop is None)


def test_modes_and_panels(bench: Bench) -> None:
    shown: list[int] = []
    bench.services.show_panel = lambda: shown.append(1)
    command("panel").run(bench.services)
    assert shown == [1]
    assert command("retouch_mode").checkable
    command("retouch_mode").run(bench.services)
    assert bench.desk.controller.state.retouch.is_on
    command("retouch_mode").run(bench.services)
    assert not bench.desk.controller.state.retouch.is_on
