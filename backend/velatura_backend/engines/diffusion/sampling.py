"""Steps, guidance and sampler: the parameters that every diffusion engine has. Import-free."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.parameters import Choice, Parameter, ParameterKind, ParameterValue

from .families.table import Defaults, FamilyRow, Guiding

STEPS, GUIDANCE, SAMPLER = "steps", "guidance", "sampler"

SAMPLER_LABELS: Mapping[str, str] = {
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_karras": "DPM++ 2M Karras",
    "unipc": "UniPC",
    "euler": "Euler",
    "euler_a": "Euler a",
    "euler_trailing": "Euler, for few steps",
    "ddim": "DDIM",
    "lcm": "LCM, for few steps",
    "tcd": "TCD, for few steps",
    "flow_euler": "Euler",
}


def sampling_parameters(row: FamilyRow, defaults: Defaults) -> tuple[Parameter, ...]:
    """Those that mean something to the family, with its own defaults."""
    wanted = [_steps(defaults)]
    if row.guiding is not Guiding.NONE:
        wanted.append(_guidance(defaults))
    if len(row.samplers) > 1:
        wanted.append(_sampler(row, defaults))
    return tuple(wanted)


def _steps(defaults: Defaults) -> Parameter:
    return Parameter(
        STEPS,
        ParameterKind.INT,
        "Steps",
        defaults.steps,
        help="More take longer; beyond the model's own number they change little.",
        minimum=1,
        maximum=150,
    )


def _guidance(defaults: Defaults) -> Parameter:
    return Parameter(
        GUIDANCE,
        ParameterKind.FLOAT,
        "Guidance",
        defaults.guidance,
        help="How closely the description is followed; too much burns the colours.",
        minimum=0.0,
        maximum=50.0,
    )


def _sampler(row: FamilyRow, defaults: Defaults) -> Parameter:
    return Parameter(
        SAMPLER,
        ParameterKind.CHOICE,
        "Sampler",
        defaults.sampler,
        help="How a step is computed.",
        choices=tuple(Choice(each, SAMPLER_LABELS[each]) for each in row.samplers),
    )


def sampling_values(parameters: Mapping[str, ParameterValue]) -> tuple[int, float, str]:
    """Steps, guidance and sampler that were asked for; 0, -1 and empty where nothing was."""
    steps = parameters.get(STEPS, 0)
    guidance = parameters.get(GUIDANCE, -1.0)
    sampler = parameters.get(SAMPLER, "")
    return (
        int(steps) if isinstance(steps, int | float) else 0,
        float(guidance) if isinstance(guidance, int | float) else -1.0,
        str(sampler),
    )
