"""Which engine a command means, and what its texts mean to that engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from velatura_backend.engines.diffusion.layer_parameters import LAYERS
from velatura_protocol.choosing import engines_for
from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import UnreadableFile
from velatura_protocol.messages import LayerPart
from velatura_protocol.parameters import Parameter, ParameterKind, ParameterValue
from velatura_protocol.tasks import Operation, Role

from .exit_codes import UsageError
from .installed import installed_engines
from .options import OperationCommand
from .outputs import layer_name, part_name, require_file


@dataclass(frozen=True)
class Settled:
    """A command in its engine's terms; ``inputs`` are those of ``--input`` and of the options that
    stand for one."""

    engine: EngineSpec
    parameters: dict[str, ParameterValue]
    inputs: dict[str, Path]

    @property
    def parts(self) -> tuple[str, ...]:
        """What files beside the result may be called, by :func:`.outputs.part_path`."""
        switched = (part for part in LayerPart if self.parameters.get(part.value) is True)
        names = [part_name(part) for part in switched if part is not LayerPart.COLOUR_TABLE]
        layers = self.engine.parameter(LAYERS)
        most = 0 if layers is None or layers.maximum is None else int(layers.maximum)
        return (*names, *(layer_name(number) for number in range(1, most + 1)))


def settle(command: OperationCommand) -> Settled:
    """:raises UsageError: the engine, or what is asked of it, does not exist"""
    engine = choose_engine(command)
    _check_mask(engine, command)
    inputs = dict(command.options.inputs)
    parameters = {
        **_of_style(engine, command, inputs),
        **_of_palette(engine, command, inputs),
        **_of_parts(engine, command),
        **parse_parameters(engine, command),
    }
    for role in inputs:
        if engine.role(role) is None:
            listed = "velatura engines --json lists what it takes"
            raise UsageError(f"{engine.id} takes no {role}; {listed}")
    return Settled(engine, parameters, inputs)


def choose_engine(command: OperationCommand) -> EngineSpec:
    """:raises UsageError: no engine has that id, or none can do it"""
    named = command.options.engine
    engines = installed_engines()
    able = engines_for(
        engines, command.operation, command.intent, prompt=command.prompt, named=named
    )
    found = [spec for spec in able if spec.id == named] if named else able
    if found:
        return found[0]
    if named in {spec.id for spec in engines}:
        raise UsageError(f"the engine {named} cannot {command.operation.value}")
    raise UsageError(f"no engine is called {named}; velatura engines lists what there is")


def parse_parameters(engine: EngineSpec, command: OperationCommand) -> dict[str, ParameterValue]:
    """:raises UsageError: the engine has no such parameter, or the text is no value for it"""
    values: dict[str, ParameterValue] = {}
    for key, text in command.options.parameters:
        parameter = engine.parameter(key)
        if parameter is None:
            known = ", ".join(each.id for each in engine.parameters) or "none"
            raise UsageError(f"{engine.id} has no parameter {key}; it has {known}")
        try:
            values[key] = parameter.parse(text)
        except ValueError as problem:
            raise UsageError(f"--param {key}: {problem}") from None
    return values


def _check_mask(engine: EngineSpec, command: OperationCommand) -> None:
    role = engine.role(Role.MASK)
    given = command.mask is not None or command.mask_from_alpha
    if given and role is None:
        raise UsageError(f"{engine.id} takes no mask; leave out --mask")
    if role is not None and role.required and not given and command.extension is None:
        raise UsageError(
            f"{command.operation.value} needs --mask: a picture of the same size, white where the "
            f"{role.label.lower() or 'place'} is"
        )


def _of_style(
    engine: EngineSpec, command: OperationCommand, inputs: dict[str, Path]
) -> dict[str, ParameterValue]:
    """A preset by its name, else a picture, which becomes an input.

    :raises UsageError: there is none, and the engine reads no words either
    """
    if not command.style:
        if command.operation is Operation.RESTYLE and not engine.takes_prompt:
            raise UsageError(f"{engine.id} needs --style: a picture, or the name of a preset")
        return {}
    presets = next((e for e in engine.parameters if e.kind is ParameterKind.PRESET), None)
    preset = None if presets is None else _preset_called(command.style, presets)
    if presets is not None and preset is not None:
        return {presets.id: preset}
    if not Path(command.style).exists():
        known = ", ".join(each.id for each in presets.choices) if presets else ""
        there_are = f"; presets are {known}" if known else ""
        raise UsageError(f"{command.style}: no such file and no preset{there_are}")
    require_file(Path(command.style))
    inputs[Role.STYLE] = Path(command.style)
    return {}


def _preset_called(name: str, presets: Parameter) -> str | None:
    """By its id or its label, in any case."""
    wanted = name.casefold()
    called = (e.id for e in presets.choices if wanted in (e.id.casefold(), e.label.casefold()))
    return next(called, None)


def _of_palette(
    engine: EngineSpec, command: OperationCommand, inputs: dict[str, Path]
) -> dict[str, ParameterValue]:
    """Colours out of a ``.gpl`` file or a list; a picture that has them becomes an input."""
    if not command.palette:
        return {}
    path = Path(command.palette)
    if path.suffix.lower() == ".gpl":
        return _palette_value(engine, _read_gpl(path))
    if not command.palette.startswith("#"):
        require_file(path)
        inputs[Role.PALETTE] = path
        return {}
    colours = tuple(each.strip().lower() for each in command.palette.split(","))
    return _palette_value(engine, colours)


def _palette_value(engine: EngineSpec, colours: tuple[str, ...]) -> dict[str, ParameterValue]:
    kinds = (each for each in engine.parameters if each.kind is ParameterKind.PALETTE)
    parameter = engine.parameter("palette") or next(kinds, None)
    if parameter is None:
        raise UsageError(f"{engine.id} takes no palette; leave out --palette")
    problem = parameter.check(colours)
    if problem:
        raise UsageError(f"--palette: {problem}")
    return {parameter.id: colours}


def _read_gpl(path: Path) -> tuple[str, ...]:
    from velatura_backend.imaging.palettes import parse_gpl

    require_file(path)
    try:
        return parse_gpl(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnreadableFile as error:
        raise UsageError(f"{path}: {error.params['reason']}") from None


def _of_parts(engine: EngineSpec, command: OperationCommand) -> dict[str, ParameterValue]:
    """What is to be made beside the result: an engine has a switch of the part's own name for it.

    :raises UsageError: it cannot make that
    """
    wanted = {
        LayerPart.BACKGROUND: command.background,
        LayerPart.COLOUR_TABLE: command.colour_table is not None,
    }
    asked: dict[str, ParameterValue] = {}
    for part in (each for each, is_wanted in wanted.items() if is_wanted):
        switch = engine.parameter(part.value)
        if switch is None:
            raise UsageError(f"{engine.id} makes no {part.value.replace('_', ' ')}")
        asked |= {switch.id: True, **_condition(engine, switch)}
    return asked


def _condition(engine: EngineSpec, parameter: Parameter) -> dict[str, ParameterValue]:
    """What has to be set for it to count at all."""
    name, _, text = parameter.visible_if.partition("=")
    other = engine.parameter(name)
    return {} if other is None else {name: other.parse(text)}
