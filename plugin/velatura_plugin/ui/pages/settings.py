"""The settings, as a page in place of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from velatura_protocol.messages import PROTOCOL, DeviceInfo
from velatura_protocol.parameters import ParameterValue

from ...app import VERSION
from ...i18n import LANGUAGES, Translations
from ...settings import Settings
from ..model import Action, Control, Field, FieldKind, Option, Page
from ..wording.numbers import byte_count

SETTING_PREFIX = "setting:"
MAX_VARIATIONS = 16
MAX_PREVIEWS = 4.0
"""A second; a canvas that is refreshed more often leaves no time to paint on it."""


@dataclass(frozen=True)
class Facts:
    """What somebody who helps wants to know. ``backend``: its version, empty before it was met."""

    backend: str = ""
    devices: tuple[DeviceInfo, ...] = ()
    data_directory: str = ""
    log: str = ""
    detail: str = ""


def settings_page(
    settings: Settings,
    facts: Facts,
    translations: Translations,
    abilities: frozenset[Action] = frozenset(),
) -> Page:
    _ = translations.gettext
    actions = [Control(Action.CLOSE_SETTINGS, _("Back"))]
    if Action.STOP_BACKEND in abilities:
        actions.append(Control(Action.STOP_BACKEND, _("Stop the engine")))
    sections = (
        (_("Results"), _results(settings, translations)),
        (_("Previews"), _previews(settings, translations)),
        (_("Engine"), _engine(settings, translations)),
        (_("Language"), (_language(settings, translations),)),
    )
    return Page(_("Settings"), sections, fact_lines(facts, translations), tuple(actions))


def _results(settings: Settings, translations: Translations) -> tuple[Field, ...]:
    _ = translations.gettext
    return (
        Field(
            "setting:variations",
            FieldKind.INTEGER,
            _("Variations"),
            settings.variations,
            help=_("How many results to choose from, until the panel says otherwise."),
            minimum=1,
            maximum=MAX_VARIATIONS,
        ),
        _switch(
            "accept_automatically",
            settings.accept_automatically,
            _("Accept automatically"),
            _(
                "The first result goes into the document without being asked about; one undo takes "
                "it out again, and the others are in the history."
            ),
        ),
    )


def _previews(settings: Settings, translations: Translations) -> tuple[Field, ...]:
    _ = translations.gettext
    reason = "" if settings.previews else _("Previews are off.")
    canvas = _switch(
        "canvas_previews",
        settings.canvas_previews,
        _("On the canvas"),
        _("Also shown in a temporary layer of the document, as long as that is quick enough."),
    )
    rate = Field(
        "setting:previews_per_second",
        FieldKind.DECIMAL,
        _("At most"),
        settings.previews_per_second,
        minimum=0.5,
        maximum=MAX_PREVIEWS,
        step=0.5,
        # Translators: the unit of "At most 4 a second".
        unit=_("a second"),
    )
    return (
        _switch(
            "previews",
            settings.previews,
            _("Previews"),
            _("Pictures of what is being made while it is being made."),
        ),
        replace(canvas, enabled=not reason, reason=reason),
        replace(rate, enabled=not reason, reason=reason),
    )


def _engine(settings: Settings, translations: Translations) -> tuple[Field, ...]:
    _ = translations.gettext
    elsewhere = _("A server elsewhere is used.") if settings.server_url else ""
    here = "" if settings.server_url else _("Only for a server elsewhere.")
    start = _switch(
        "start_backend",
        settings.start_backend,
        _("Start the engine by itself"),
        _("As soon as the editor is open, so that it is ready when it is needed."),
    )
    return (
        replace(start, enabled=not elsewhere, reason=elsewhere),
        Field(
            "setting:server_url",
            FieldKind.TEXT,
            _("Server"),
            settings.server_url,
            help=_("The address of an engine on another computer; empty: on this one."),
            placeholder="wss://",
        ),
        Field(
            "setting:token_file",
            FieldKind.FILE,
            _("Key file"),
            settings.token_file,
            help=_("The file with the server's key. The key itself is not stored here."),
            enabled=not here,
            reason=here,
        ),
        Field(
            "setting:ca_file",
            FieldKind.FILE,
            _("Certificate file"),
            settings.ca_file,
            help=_("Certificates by which the server is known; empty: those of this computer."),
            enabled=not here,
            reason=here,
        ),
    )


def _language(settings: Settings, translations: Translations) -> Field:
    _ = translations.gettext
    options = (
        Option("", _("The editor's")),
        *(Option(code, name) for code, name in LANGUAGES.items()),
    )
    known = settings.language if settings.language in LANGUAGES else ""
    return Field("setting:language", FieldKind.CHOICE, _("Language"), known, options=options)


def _switch(name: str, value: bool, label: str, help_text: str) -> Field:
    return Field(SETTING_PREFIX + name, FieldKind.SWITCH, label, value, help=help_text)


def fact_lines(facts: Facts, translations: Translations) -> tuple[str, ...]:
    _ = translations.gettext
    lines = [_("Plug-in {version}, protocol {protocol}").format(version=VERSION, protocol=PROTOCOL)]
    if facts.backend:
        lines.append(_("Engine {version}").format(version=facts.backend))
    lines += [_device(each, translations) for each in facts.devices]
    if facts.data_directory:
        lines.append(_("Data: {path}").format(path=facts.data_directory))
    if facts.log:
        lines.append(_("Log: {path}").format(path=facts.log))
    return (*lines, facts.detail) if facts.detail else tuple(lines)


def _device(device: DeviceInfo, translations: Translations) -> str:
    _ = translations.gettext
    if not device.memory_total:
        return _("Device: {name}").format(name=device.name)
    memory = byte_count(device.memory_total, translations)
    return _("Device: {name}, {memory} of memory").format(name=device.name, memory=memory)


# -- edits -----------------------------------------------------------------------------------------

_Edit = Callable[[Settings, ParameterValue], Settings]

_EDITS: Mapping[str, _Edit] = {
    "variations": lambda old, value: replace(
        old, variations=round(_between(value, 1, MAX_VARIATIONS))
    ),
    "accept_automatically": lambda old, value: replace(old, accept_automatically=value is True),
    "previews": lambda old, value: replace(old, previews=value is True),
    "canvas_previews": lambda old, value: replace(old, canvas_previews=value is True),
    "previews_per_second": lambda old, value: replace(
        old, previews_per_second=_between(value, 0.5, MAX_PREVIEWS)
    ),
    "start_backend": lambda old, value: replace(old, start_backend=value is True),
    "server_url": lambda old, value: replace(old, server_url=str(value).strip()),
    "token_file": lambda old, value: replace(old, token_file=str(value).strip()),
    "ca_file": lambda old, value: replace(old, ca_file=str(value).strip()),
    "language": lambda old, value: replace(old, language=str(value)),
}


def edited_settings(settings: Settings, field_id: str, value: ParameterValue) -> Settings:
    """Ids of no setting change nothing."""
    edit = _EDITS.get(field_id.removeprefix(SETTING_PREFIX))
    return settings if edit is None else edit(settings, value)


def _between(value: ParameterValue, least: float, most: float) -> float:
    number = float(value) if isinstance(value, int | float) else least
    return min(max(least, number), most)
