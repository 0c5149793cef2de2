from __future__ import annotations

from dataclasses import replace

from tests.contracts.panel.desk import Desk
from tests.hosts import samples
from velatura_plugin.ui.model import Action, Control, NoticeBox, Tone


def test_a_notice_takes_no_place_until_there_is_one(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    assert not desk.is_seen(view.notice)
    desk.show(samples.ERROR)
    assert desk.is_seen(view.notice)
    assert "9.1 GB" in desk.text(view.notice.text)


def test_what_is_said_is_never_markup(desk: Desk) -> None:
    text = "<b>CMYK</b> & <i>Lab"
    view = desk.show(replace(samples.ERROR, notice=replace(samples.ERROR.notice, text=text)))
    assert desk.text(view.notice.text) == text


def test_what_is_no_trouble_is_not_to_be_reported(desk: Desk) -> None:
    """Where results went that nobody accepted."""
    show = Control(Action.OPEN_HISTORY, "Show")
    box = NoticeBox("3 results discarded.", Tone.QUIET, (show,))
    view = desk.show(replace(samples.IDLE, notice=box))
    assert desk.is_seen(view.notice)
    assert desk.is_seen(view.notice.buttons)
    assert not desk.is_seen(view.notice.details.copy)
    desk.show(samples.ERROR)
    assert desk.is_seen(view.notice.details.copy)


def test_a_notice_is_about_its_job(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    desk.click(view.notice.buttons.buttons[0])
    desk.click(view.notice.close_button)
    assert desk.told.actions == [(Action.RETRY_JOB, "job-1"), (Action.DISMISS, "job-1")]
    assert desk.names(view.notice.close_button)[0] == "Dismiss"


def test_a_notice_is_copied_with_its_details(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    details = view.notice.details
    desk.click(details.copy)
    assert desk.clipboard() == samples.ERROR.notice.text
    assert not desk.is_seen(details.fold)
    detailed = replace(samples.ERROR.notice, detail="out_of_memory\nvelatura 0.1.0")
    desk.show(replace(samples.ERROR, notice=detailed))
    desk.click(details.fold)
    assert desk.text(details.text) == detailed.detail
    desk.click(details.copy)
    assert desk.clipboard() == f"{detailed.text}\n\n{detailed.detail}"
