"""One request on each of the layers that are marked in the layer list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from velatura_protocol.errors import LayersSkipped, NotFound
from velatura_protocol.messages import ErrorInfo
from velatura_protocol.tasks import SampleSource

from ..capture.request import GenerateRequest
from ..controller import Controller
from ..host.base import LayerInfo, LayerKind
from ..state.state import Notice, NoticeRaised

HAS_PIXELS = frozenset({LayerKind.PAINT, LayerKind.VECTOR, LayerKind.FILL})


def generate_each(controller: Controller, request: GenerateRequest) -> tuple[str, ...]:
    """A job for each selected layer, of that layer alone; each result goes over its own layer.
    Groups, masks and the like are left out, which the notice says.

    :raises LayersSkipped: nothing but such is selected
    :raises VelaturaError: as :meth:`Controller.generate`; jobs submitted before go on
    """
    host = controller.host
    document = host.active_document()
    if document is None:
        raise NotFound(what="document", id="")
    layers = host.selected_layers(document)
    able = [each for each in layers if each.kind in HAS_PIXELS]
    skipped = [each for each in layers if each.kind not in HAS_PIXELS]
    if skipped and not able:
        raise _skipped(skipped)
    alone = replace(request, sample_source=SampleSource.LAYER)
    jobs = tuple(
        controller.generate(
            replace(alone, layer=each.reference), document=document, repeatable=False
        )
        for each in able
    )
    if skipped:
        controller.store.apply(NoticeRaised(Notice(ErrorInfo.of(_skipped(skipped)))))
    return jobs


def _skipped(layers: Sequence[LayerInfo]) -> LayersSkipped:
    return LayersSkipped(names=", ".join(each.name for each in layers), count=len(layers))
