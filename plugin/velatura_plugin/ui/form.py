"""The panel's controls for one task: what it uses, and the rest under «More»."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import EdgeKind, Intent, Operation, SampleSource

from ..capture import NEEDS_MASK, USES_MASK
from ..extent import Anchor
from ..host.base import LayerKind
from ..i18n import Translations
from ..state import DocumentView, PanelState
from .draft import (
    ASPECTS,
    LAYER_PREFIX,
    MASK_SELECTION,
    MASK_TRANSPARENCY,
    PER_SIDE,
    Draft,
    edge_of,
    engine_of,
    settled,
    source_of,
    strength_of,
    task_of,
)
from .edits import MAX_SCALE, MAX_SIDE
from .form_engine import parameter_fields, role_fields
from .model import Field, FieldKind, Form, Option
from .names import anchor_name, source_name
from .requests import TARGETED, mask_value
from .tasks import PanelTask, engines_for, offered, uses_strength
from .words import operation_name

_DESCRIBED = frozenset({Operation.FILL, Operation.RESTYLE, Operation.VARY, Operation.GENERATE})
"""Here words would help, so that the panel says what it takes to have them."""


@dataclass(frozen=True)
class FormContext:
    """What the form shows beside state and draft. ``prompts``: the history, newest first.
    ``retouch`` None: the plug-in has no retouch mode."""

    variations: int = 3
    prompts: tuple[str, ...] = ()
    retouch: bool | None = None


def fields(
    state: PanelState,
    draft: Draft,
    translations: Translations,
    context: FormContext = FormContext(),
) -> Form:
    """Empty until a backend has told what it can do."""
    draft = settled(draft, state)
    task, engine = task_of(draft, state), engine_of(draft, state)
    if engine is None:
        return Form()
    maker = _Maker(state, draft, translations, context, task, engine)
    main, more = maker.main(), maker.more()
    return Form(main, more, translations.gettext(engine.sentence))


@dataclass(frozen=True)
class _Maker:
    state: PanelState
    draft: Draft
    translations: Translations
    context: FormContext
    task: PanelTask
    engine: EngineSpec

    @property
    def document(self) -> DocumentView | None:
        return self.state.document

    def main(self) -> tuple[Field, ...]:
        made = [self._task(), self._engine()]
        if self.engine.takes_prompt or self.task.operation in _DESCRIBED:
            made.append(self._prompt())
        made += self._geometry()
        arguments = (self.document, self.draft, self.engine, self.translations)
        made += role_fields(*arguments, main=True)
        made += parameter_fields(self.draft, self.task, self.engine, self.translations, main=True)
        if uses_strength(self.task, self.engine):
            made.append(self._strength())
        made.append(self._variations())
        if self.task.intent is Intent.REMOVE and self.context.retouch is not None:
            made.append(self._retouch(self.context.retouch))
        return tuple(made)

    def more(self) -> tuple[Field, ...]:
        made: list[Field] = []
        if self.engine.takes_prompt:
            made.append(self._avoid())
        if self.task.operation in USES_MASK and self.task.intent is not Intent.EXPAND:
            made += [self._mask(), *self._edge()]
        if self.task.operation is not Operation.GENERATE:
            made.append(self._source())
        arguments = (self.document, self.draft, self.engine, self.translations)
        made += role_fields(*arguments, main=False)
        made += parameter_fields(self.draft, self.task, self.engine, self.translations, main=False)
        return (*made, self._seed())

    # -- what every task has -----------------------------------------------------------------------

    def _task(self) -> Field:
        _ = self.translations.gettext
        tasks = list(offered(self.state.engines))
        tasks += [] if self.task in tasks else [self.task]
        options = tuple(
            Option(each.id, operation_name(each.operation, each.intent, self.translations))
            for each in tasks
        )
        return Field("task", FieldKind.CHOICE, _("Task"), self.task.id, options=options)

    def _engine(self) -> Field:
        _ = self.translations.gettext
        able = engines_for(self.state.engines, self.task, self.engine.id)
        options = tuple(Option(each.id, _(each.name), _(each.sentence)) for each in able)
        return Field("engine", FieldKind.CHOICE, _("Engine"), self.engine.id, options=options)

    def _prompt(self) -> Field:
        _ = self.translations.gettext
        able = engines_for(self.state.engines, self.task, self.engine.id)
        reading = [each for each in able if each.takes_prompt]
        placeholder = _("Describe the result, or leave empty")
        if self.task.operation is Operation.GENERATE:
            placeholder = _("Describe what you want to see")
        reason = ""
        if not reading:
            placeholder = _("Get prompts")
            reason = _("No engine here understands words yet.")
        elif not self.engine.takes_prompt:
            reason = _(
                "This engine does not understand words. Choose another to describe the result."
            )
        return Field(
            "prompt",
            FieldKind.PROMPT,
            _("Prompt"),
            self.draft.prompt,
            placeholder=placeholder,
            options=tuple(Option(each, each) for each in self.context.prompts),
            enabled=not reason,
            reason=reason,
        )

    def _avoid(self) -> Field:
        _ = self.translations.gettext
        return Field(
            "avoid",
            FieldKind.TEXT,
            _("Avoid"),
            self.draft.avoid,
            help=_("What should not be seen in the result."),
        )

    def _strength(self) -> Field:
        _ = self.translations.gettext
        return Field(
            "strength",
            FieldKind.SLIDER,
            _("Strength"),
            strength_of(self.draft, self.task, self.document),
            help=_("100 %: made anew. Lower: closer to what is there."),
            minimum=0,
            maximum=100,
            step=5,
            unit=_("%"),
        )

    def _variations(self) -> Field:
        _ = self.translations.gettext
        return Field(
            "variations",
            FieldKind.INTEGER,
            _("Variations"),
            self.draft.variations or self.context.variations,
            help=_("How many results to choose from."),
            minimum=1,
            maximum=self.state.limits.variations,
        )

    def _seed(self) -> Field:
        _ = self.translations.gettext
        document = self.document.id if self.document else ""
        jobs = self.state.jobs_of(document)
        return Field(
            "seed",
            FieldKind.SEED,
            _("Seed"),
            self.draft.seed,
            help=_("The same seed and settings give the same result."),
            placeholder=str(jobs[-1].seed) if jobs else "",
            minimum=-1,
            maximum=2**32 - 1,
        )

    def _retouch(self, is_on: bool) -> Field:
        _ = self.translations.gettext
        return Field(
            "retouch",
            FieldKind.SWITCH,
            _("Retouch mode"),
            is_on,
            help=_(
                "Every selection you finish is removed at once, onto one layer, and the next can "
                "be drawn meanwhile."
            ),
        )

    # -- where -------------------------------------------------------------------------------------

    def _mask(self) -> Field:
        _ = self.translations.gettext
        options = [
            Option(MASK_SELECTION, _("Selection")),
            Option(MASK_TRANSPARENCY, _("Transparent areas")),
        ]
        layers = self.document.layers if self.document else ()
        options += [
            Option(LAYER_PREFIX + each.reference, each.name, depth=each.depth)
            for each in layers
            if each.kind is not LayerKind.FILTER
        ]
        return Field(
            "mask",
            FieldKind.CHOICE,
            _("Where"),
            mask_value(self.draft, self.document),
            help=_("What is worked on: white or opaque places of a layer, or what is selected."),
            options=tuple(options),
        )

    def _edge(self) -> list[Field]:
        _ = self.translations.gettext
        edge = edge_of(self.draft, self.task, self.document)
        options = (
            Option(EdgeKind.EXACT.value, _("As drawn")),
            Option(EdgeKind.GROW.value, _("Grow")),
            Option(EdgeKind.FEATHER.value, _("Feather")),
        )
        made = [Field("edge", FieldKind.CHOICE, _("Edge"), edge.kind.value, options=options)]
        if edge.kind is not EdgeKind.EXACT:
            label = _("Grow by") if edge.kind is EdgeKind.GROW else _("Feather by")
            made.append(self._pixels("edge_pixels", label, round(edge.pixels), maximum=4096))
        return made

    def _source(self) -> Field:
        _ = self.translations.gettext
        options = tuple(
            Option(each.value, source_name(each, self.translations)) for each in SampleSource
        )
        return Field(
            "source",
            FieldKind.CHOICE,
            _("Look at"),
            source_of(self.draft, self.task).value,
            help=_("What is captured for the engine; previews never are."),
            options=options,
        )

    def _geometry(self) -> list[Field]:
        """What a task needs to know about sizes."""
        if self.task.intent is Intent.EXPAND:
            return self._extent()
        if self.task.operation is Operation.UPSCALE:
            return [self._scale()]
        if self.task.operation in TARGETED:
            return self._target()
        return []

    def _extent(self) -> list[Field]:
        _ = self.translations.gettext
        options = (
            Option(PER_SIDE, _("By pixels on each side")),
            *(Option(each, _("To {aspect}").format(aspect=each)) for each in ASPECTS),
        )
        chosen = self.draft.extent if self.draft.extent in ASPECTS else PER_SIDE
        made = [Field("extent", FieldKind.CHOICE, _("Extend"), chosen, options=options)]
        if chosen != PER_SIDE:
            return [*made, self._anchor()]
        sides = self.draft.sides
        return [
            *made,
            self._pixels("extend_left", _("Left"), sides.left),
            self._pixels("extend_top", _("Top"), sides.top),
            self._pixels("extend_right", _("Right"), sides.right),
            self._pixels("extend_bottom", _("Bottom"), sides.bottom),
        ]

    def _anchor(self) -> Field:
        _ = self.translations.gettext
        options = tuple(
            Option(each.name.lower(), anchor_name(each, self.translations)) for each in Anchor
        )
        return Field(
            "anchor",
            FieldKind.CHOICE,
            _("Picture stays"),
            self.draft.anchor.name.lower(),
            help=_("Where the picture lies on the larger canvas."),
            options=options,
        )

    def _scale(self) -> Field:
        _ = self.translations.gettext
        return Field(
            "scale",
            FieldKind.DECIMAL,
            _("Scale"),
            self.draft.scale,
            minimum=1.0,
            maximum=MAX_SCALE,
            step=0.5,
            unit=_("×"),
        )

    def _target(self) -> list[Field]:
        _ = self.translations.gettext
        size = self.draft.target or (self.document.size if self.document else None)
        if size is None:
            return []
        return [
            self._pixels("width", _("Width"), size.width, minimum=1),
            self._pixels("height", _("Height"), size.height, minimum=1),
        ]

    def _pixels(
        self, field_id: str, label: str, value: int, *, minimum: int = 0, maximum: int = MAX_SIDE
    ) -> Field:
        return Field(
            field_id,
            FieldKind.INTEGER,
            label,
            value,
            minimum=minimum,
            maximum=maximum,
            # Translators: the unit, short for pixels.
            unit=self.translations.gettext("px"),
        )


def needs_selection(task: PanelTask) -> bool:
    """Whether it says "select something first"."""
    return task.operation in NEEDS_MASK and task.intent is not Intent.EXPAND
