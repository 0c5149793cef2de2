"""Pages that try to use a backend on the visitor's own machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.attacks.fortress import Fortress, fortress
from tests.hosts.browser.pages import Browser
from tests.hosts.counts import HOST
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import TRIXIE, Recipe

pytestmark = [pytest.mark.host, pytest.mark.timeout(180)]

NOBODY = re.compile(r"a handshake was answered (\d+)")


@pytest.fixture(scope="module")
def browser(open_root: Callable[[Recipe], Root], shared: Path) -> Browser:
    folder = shared / "browser"
    folder.mkdir()
    return Browser(open_root(TRIXIE), folder)


@pytest.fixture(autouse=True)
def _counted(browser: Browser, record_property: Callable[[str, object], None]) -> None:
    version = browser.root.version("chromium-headless-shell")
    record_property(HOST, f"chromium {version}")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    with fortress(tmp_path_factory.mktemp("ground")) as held:
        yield held
        asyncio.run(held.works())


@pytest.fixture
def answers(held: Fortress) -> Callable[[], list[int]]:
    """What the backend has answered to handshakes since: that it was asked at all."""
    before = len(held.log)
    return lambda: [int(each) for each in NOBODY.findall(held.log[before:])]


def test_a_page_reaches_no_socket(
    browser: Browser, held: Fortress, answers: Callable[[], list[int]]
) -> None:
    """By any name of this machine, with the token in every place where a page can put it."""
    port = held.address[1]
    urls = [
        f"ws://127.0.0.1:{port}/",
        f"ws://localhost:{port}/",
        f"ws://127.0.0.1:{port}/?token={held.token}",
        f"ws://x:{held.token}@127.0.0.1:{port}/",
    ]
    script = f"""
        const found = [];
        for (const url of {urls}) found.push(await socket(url));
        found.push(await socket('ws://127.0.0.1:{port}/', ['{held.token}']));
        await tell(found);
    """
    assert browser.visit(script, {}) == ["closed 1006"] * 5
    assert answers() == [403] * 5


def test_a_rebound_name_reaches_none_either(
    browser: Browser, held: Fortress, answers: Callable[[], list[int]]
) -> None:
    """The page's own name leads to the backend by now: to the browser they are one site."""
    port = held.address[1]
    script = f"""
        await tell([await socket('ws://rebound.example:{port}/'),
                    await read('http://rebound.example:{port}/health', {{mode: 'no-cors'}})]);
    """
    socket, health = browser.visit(script, {"rebound.example": "127.0.0.1"})
    assert socket == "closed 1006"
    assert health[2] == ""
    assert 403 in answers()
    assert set(answers()) == {403}


def test_a_page_of_the_backend_s_own_name_is_turned_away_too(
    browser: Browser, held: Fortress, answers: Callable[[], list[int]]
) -> None:
    """A window on the backend itself, by the rebound name: that page would be of the same origin,
    and send neither ``Origin`` with a request nor anything else that is foreign."""
    port = held.address[1]
    script = f"""
        const frame = document.createElement('iframe');
        frame.src = 'http://rebound.example:{port}/health';
        await new Promise(done => {{ frame.onload = done; document.body.append(frame); }});
        let seen;
        try {{ seen = frame.contentDocument ? frame.contentDocument.body.innerText : 'closed'; }}
        catch (error) {{ seen = error.name; }}
        await tell(seen);
    """
    assert browser.visit(script, {"rebound.example": "127.0.0.1"}) in ("closed", "SecurityError")
    assert set(answers()) == {403}


def test_forms_and_requests_do_nothing(
    browser: Browser, held: Fortress, answers: Callable[[], list[int]]
) -> None:
    """Those that browsers send without asking first: plain forms, images, scripts."""
    port = held.address[1]
    script = f"""
        const found = [];
        const at = 'http://127.0.0.1:{port}/';
        const key = {{Authorization: 'Bearer {held.token}'}};
        for (const kind of ['text/plain', 'application/x-www-form-urlencoded'])
          found.push(await read(at, {{method: 'POST', mode: 'no-cors', body: 't=remove_model',
                                      headers: {{'Content-Type': kind}}}}));
        found.push(await read(at + 'health'));
        found.push(await read(at + 'health', {{headers: key}}));
        const form = document.createElement('form');
        form.method = 'post'; form.enctype = 'text/plain'; form.action = at; form.target = 'inner';
        const frame = document.createElement('iframe');
        frame.name = 'inner';
        document.body.append(frame, form);
        const shown = new Promise(done => {{ frame.onload = done; setTimeout(done, 3000); }});
        form.submit();
        await shown;
        const image = new Image();
        const drawn = new Promise(done => {{ image.onload = () => done('drawn');
                                             image.onerror = () => done('not drawn'); }});
        image.src = at + 'health';
        found.push(await drawn);
        await tell(found);
    """
    *requests, image = browser.visit(script, {})
    assert image == "not drawn"
    for kind, status, text in requests:
        assert (status, text if kind != "threw" else "") == (0, ""), (kind, status, text)
    assert set(answers()) <= {403}
    assert 403 in answers()
