"""What an installed model may be called by, in prompts, styles and parameters. Import-free."""

from __future__ import annotations

from collections.abc import Sequence

from velatura_protocol.errors import NotFound
from velatura_protocol.faults import NotFoundWhat

from ....models.records import InstalledModel


def names_of(model: InstalledModel) -> tuple[str, ...]:
    """Its id, its name, its file's name; capitals do not matter."""
    return model.id, model.name, model.location.stem


def named(models: Sequence[InstalledModel], name: str, what: NotFoundWhat) -> InstalledModel:
    """The one that may be called so. ``what``: the kind of thing.

    :raises NotFound: there is none
    """
    wanted = name.casefold()
    for each in models:
        if wanted in (called.casefold() for called in names_of(each)):
            return each
    raise NotFound(what=what, id=name)
