"""The panel's controls for one task: what it uses, and the rest under «More»."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Intent, Operation

from ...capture.capture import USES_MASK
from ...i18n import Translations
from ...state.state import DocumentView, PanelState
from ..model import Field, FieldKind, Form, Option
from ..wording.words import operation_name
from .draft import NEW_SEED, Draft, engine_of, settled, strength_of, task_of
from .engine import parameter_fields, role_fields
from .place import PlaceFields
from .tasks import PanelTask, engines_for, offered, uses_strength

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
    return Form(maker.main(), maker.more())


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

    @property
    def _place(self) -> PlaceFields:
        return PlaceFields(self.document, self.draft, self.task, self.translations)

    def _of_engine(self, *, main: bool) -> list[Field]:
        draft, engine, words = self.draft, self.engine, self.translations
        roles = role_fields(self.document, draft, self.task, engine, words, main=main)
        return roles + parameter_fields(draft, self.task, engine, words, main=main)

    def main(self) -> tuple[Field, ...]:
        made = [self._task(), self._engine()]
        if self.engine.takes_prompt or self.task.operation in _DESCRIBED:
            made.append(self._prompt())
        made += self._place.geometry()
        made += self._of_engine(main=True)
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
            made += [self._place.mask(), *self._place.edge()]
        if self.task.operation is not Operation.GENERATE:
            made.append(self._place.source())
        made += self._of_engine(main=False)
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
        return Field(
            "engine",
            FieldKind.CHOICE,
            _("Engine"),
            self.engine.id,
            options=options,
            note=_(self.engine.sentence),
        )

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
            options=(Option(str(NEW_SEED), _("A new one each time")),),
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
