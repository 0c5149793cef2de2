"""The last thing the user asked for, once more, on the selection of now."""

from __future__ import annotations

from velatura_protocol.errors import NotFound

from ..controller import Controller


def repeat(controller: Controller) -> str:
    """The new job's id.

    :raises NotFound: nothing has been asked for yet
    :raises VelaturaError: as :meth:`Controller.generate`
    """
    last = controller.state.last
    if last is None:
        raise NotFound(what="request", id="")
    return controller.generate(last)
