"""Image files as documents: the host of the command line."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from velatura_backend.imaging.arrays import crop_samples, to_pixels
from velatura_backend.imaging.files import (
    FileKind,
    ImageFile,
    align_mask,
    read_image,
    write_image,
)
from velatura_backend.imaging.files.model import PngDetails
from velatura_backend.imaging.masks import mask_from_image
from velatura_backend.jobs.provenance import to_least_xmp, to_xmp
from velatura_plugin.host.base import (
    Document,
    LayerContent,
    LayerInfo,
    PreviewFrame,
    ResultContent,
    RoleContent,
    Selection,
    Spot,
)
from velatura_protocol.errors import BadTask, NotFound, Unsupported, UnwritableFile, VelaturaError
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

from .flatten import flatten, part_image
from .outputs import layer_name, part_name, part_path
from .reporting import WrittenFile
from .tables import write_table


class FilesHost:
    """One picture at a time is the active document. Accepting writes a file and leaves the picture
    as it was read, so that every variation is composited onto the same original.

    ``destination`` says where the next accepted variation goes, and ``colour_table`` where a table
    of colours that comes with it is to be; other things made beside it lie beside it. Mask and role
    references are paths; ``drawn_over`` are those that lie on the picture pixel by pixel, such as
    strokes. The last mask is kept: it may serve many pictures.
    """

    def __init__(self, name: str, post: Callable[[Callable[[], None]], None]) -> None:
        self._name = name
        self._post = post
        self._open: tuple[Document, ImageFile] | None = None
        self._masks: dict[tuple[str, Size, int], Selection] = {}
        self.destination: Path | None = None
        self.colour_table: Path | None = None
        self.drawn_over: frozenset[str] = frozenset()
        self.written: tuple[WrittenFile, ...] = ()

    @property
    def name(self) -> str:
        return self._name

    def open(self, path: Path) -> Document:
        """Reads a picture and makes it the active document.

        :raises BadInput: as :func:`~velatura_backend.imaging.files.read_image`
        """
        return self._activate(str(path), _read(path))

    def open_blank(self, size: Size) -> Document:
        """An empty picture, for what is made from nothing."""
        samples = np.zeros((size.height, size.width, 3), np.uint8)
        return self._activate("", ImageFile(samples, FileKind.PNG, PngDetails()))

    def _activate(self, id: str, image: ImageFile) -> Document:
        document = Document(id, Path(id).name, image.size, image.format, image.colour)
        self._open = (document, image)
        self.written = ()
        return document

    def close(self) -> None:
        self._open = None

    def active_document(self) -> Document | None:
        return self._open[0] if self._open else None

    def _image(self, document: Document) -> ImageFile:
        if self._open is None or self._open[0].id != document.id:
            raise NotFound(what="document", id=document.name)
        return self._open[1]

    def selection(self, document: Document) -> Selection | None:
        return None

    def selection_bounds(self, document: Document) -> Rect | None:
        return None

    def deselect(self, document: Document) -> None:
        """Nothing ever is selected."""

    def is_drawing(self) -> bool:
        return False

    def layers(self, document: Document) -> tuple[LayerInfo, ...]:
        return ()

    def active_layer(self, document: Document) -> LayerInfo | None:
        return None

    def selected_layers(self, document: Document) -> tuple[LayerInfo, ...]:
        return ()

    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        if layer:
            raise NotFound(what="layer", id=layer)
        if not Rect.of_size(document.size).contains(region):
            raise BadTask(field="region", reason=TaskFault.OUTSIDE_CANVAS)
        return to_pixels(crop_samples(self._image(document).samples, region), document.format)

    def mask_content(
        self, document: Document, reference: str, *, within: Rect | None = None
    ) -> Selection:
        """:raises MaskMismatch: a file of another size than the picture"""
        key = (reference, document.size, self._image(document).metadata.orientation)
        known = self._masks.get(key)
        if known is None:
            known = self._read_mask(document, Path(reference))
            self._masks = {key: known}
        return known

    def _read_mask(self, document: Document, path: Path) -> Selection:
        mask = _read(path)
        drawn = mask_from_image(mask.samples, mask.format.layout)[..., np.newaxis]
        with _naming(path):
            aligned = align_mask(drawn, mask.size, self._image(document))
        return Selection(Rect.of_size(document.size), to_pixels(aligned, MASK_FORMAT))

    def role_content(self, document: Document, reference: str) -> RoleContent:
        """:raises MaskMismatch: something drawn over the picture has another size
        :raises Unsupported: it covers all of it, having no transparency
        """
        image, path = _read(Path(reference)), Path(reference)
        if reference in self.drawn_over:
            with _naming(path):
                if not image.format.layout.has_alpha:
                    raise Unsupported(what="strokes without transparency around them")
                aligned = align_mask(image.samples, image.size, self._image(document))
            image = image.with_samples(aligned)
        return RoleContent(
            Rect.of_size(image.size), to_pixels(image.samples, image.format), image.colour
        )

    def document_key(self, document: Document) -> str:
        return ""

    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None:
        """Nothing is on show: what a command tells of previews it reads in the panel's state."""

    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        """Nothing is on show until the file is written."""

    def clear(self, document: Document, job: str) -> None:
        """Nothing is on show."""

    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        """Writes the variation, composited by the law, to ``destination``, whole or not at all, and
        what was made beside it next to it; where it is in several layers, each of them as well.

        :raises Unsupported, TooLarge, DiskFull, UnwritableFile: as
            :func:`~velatura_backend.imaging.files.write_image`
        """
        if self.destination is None:
            raise UnwritableFile(reason="no destination")
        image = self._image(document)
        with _naming(self.destination):
            self._write(self.destination, flatten(image, result), result.provenance)
        if len(result.main) > 1:
            for number, layer in enumerate(result.main, 1):
                self._write_alone(self.destination, layer_name(number), layer, result.provenance)
        for layer in result.layers:
            if layer.part is not LayerPart.MAIN:
                self._write_part(self.destination, layer, result.provenance)

    def _write_part(self, main: Path, layer: LayerContent, provenance: Provenance) -> None:
        if layer.part is LayerPart.COLOUR_TABLE and self.colour_table is not None:
            with _naming(self.colour_table):
                write_table(self.colour_table, layer)
            self.written = (*self.written, WrittenFile(self.colour_table))
            return
        self._write_alone(main, part_name(layer.part), layer, provenance)

    def _write_alone(
        self, main: Path, name: str, layer: LayerContent, provenance: Provenance
    ) -> None:
        assert self._open is not None
        image = part_image(self._open[1], layer)
        path = part_path(main, name, is_transparent=image.format.layout.has_alpha)
        with _naming(path):
            self._write(path, image, provenance)

    def _write(self, path: Path, image: ImageFile, provenance: Provenance) -> None:
        said = image.metadata.xmp
        marked = image.with_xmp(to_xmp(provenance, said), to_least_xmp(provenance, said))
        notes = dict.fromkeys((*marked.notes, *write_image(path, marked)))
        self.written = (*self.written, WrittenFile(path, tuple(note.value for note in notes)))

    def accept_all(
        self,
        document: Document,
        job: str,
        name: str,
        results: tuple[ResultContent, ...],
        *,
        spot: Spot,
        document_key: str,
    ) -> None:
        """:raises Unsupported: always; a flat picture holds one variation"""
        raise Unsupported(what="a group of layers in image files")

    def announce(self, document: Document, text: str) -> None:
        """A command has no panel to close: it reports on the terminal."""

    def post(self, action: Callable[[], None]) -> None:
        self._post(action)


@contextmanager
def _naming(path: Path) -> Generator[None, None, None]:
    """Errors from inside say which file they are about, as ``file``; such errors stay local."""
    try:
        yield
    except VelaturaError as error:
        raise type(error)(**{**error.params, "file": str(path)}) from error


def _read(path: Path) -> ImageFile:
    with _naming(path):
        return read_image(path)
