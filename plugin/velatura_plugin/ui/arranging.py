"""What a panel in any toolkit asks of a view model before it draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .model import Control, StatusLine, Strip, ViewModel


def reasons_of(controls: Sequence[Control]) -> str:
    """Each reason once."""
    return "\n".join(dict.fromkeys(each.reason for each in controls if each.reason))


def has_page(model: ViewModel) -> bool:
    """Something is open in place of the form."""
    return any(each is not None for each in (model.settings, model.history, model.models))


def status_beside_welcome(model: ViewModel) -> StatusLine:
    """The first run's one button is not offered twice."""
    twin = model.welcome.action if model.welcome and not has_page(model) else None
    if twin is None:
        return model.status
    left = tuple(each for each in model.status.actions if each.action is not twin.action)
    return replace(model.status, actions=left)


def open_strip(
    before: Sequence[Strip], strips: Sequence[Strip], opened: str, *, is_in_use: bool
) -> str:
    """The job of the one staged set that is open: the newest, unless the user is busy with
    another, the ``opened`` one."""
    known = {each.job for each in before}
    jobs = [each.job for each in strips]
    new = [each for each in jobs if each not in known]
    if opened not in jobs or (new and not is_in_use):
        return (new or jobs or [""])[-1]
    return opened
