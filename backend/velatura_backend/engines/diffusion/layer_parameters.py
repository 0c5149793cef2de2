"""The parameter of models that paint in layers. Import-free: the server builds specs of it."""

from __future__ import annotations

from velatura_protocol.parameters import Parameter, ParameterKind

LAYERS = "layers"
_MOST = 12


def layer_parameters(count: int) -> tuple[Parameter, ...]:
    """``count``: of a family's pictures, where nobody says; 0: they are in one piece."""
    if not count:
        return ()
    return (
        Parameter(
            LAYERS,
            ParameterKind.INT,
            "Layers",
            count,
            help="Into how many layers with transparency the picture is taken apart.",
            minimum=1,
            maximum=_MOST,
            main=True,
        ),
    )
