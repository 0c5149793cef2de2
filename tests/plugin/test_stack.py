from __future__ import annotations

import pytest

from velatura_plugin.host.base import LayerInfo, LayerKind
from velatura_plugin.stack import topmost_result


def layer(text: str) -> LayerInfo:
    """Indented by its depth; ``*`` a result, ``-`` hidden, ``[`` a group, ``(`` a saved selection.
    The last letter is its reference."""
    name = text.strip()
    kinds = {"[": LayerKind.GROUP, "(": LayerKind.SELECTION}
    kind = next((kinds[each] for each in name if each in kinds), LayerKind.PAINT)
    depth = (len(text) - len(text.lstrip())) // 2
    return LayerInfo(name[-1], name, kind, depth, "-" not in name, is_result="*" in name)


@pytest.mark.parametrize(
    ("tree", "active", "wanted"),
    [
        (["a"], "a", "a"),
        (["*b", "a"], "a", "b"),
        (["*c", "*b", "a"], "a", "c"),
        (["*c", "*b", "a"], "b", "c"),
        (["*c", "*b", "a"], "c", "c"),
        (["d", "*b", "a"], "a", "b"),
        (["*d", "c", "*b", "a"], "a", "b"),
        (["*d", "-c", "*b", "a"], "a", "b"),
        (["-*b", "a"], "a", "a"),
        (["*c", "-*b", "a"], "a", "c"),
        (["-*c", "*b", "a"], "a", "b"),
        (["*c", "(s", "*b", "a"], "a", "c"),
        (["*[g", "  *c", "  -*b", "a"], "a", "g"),
        (["*d", "*[g", "  *c", "  b", "a"], "a", "d"),
        (["-*[g", "  *c", "a"], "a", "a"),
        (["[g", "  *c", "  b", "a"], "a", "a"),
        (["*d", "[g", "  *c", "  b", "a"], "b", "c"),
        (["*d", "*[g", "  *c", "  *b", "a"], "b", "c"),
        (["*c", "[g", "  b", "a"], "g", "c"),
        (["*c", "[g", "  *b", "a"], "a", "a"),
        (["*b", "a"], "gone", "gone"),
        ([], "", ""),
    ],
)
def test_the_pile_on_a_layer(tree: list[str], active: str, wanted: str) -> None:
    assert topmost_result([layer(each) for each in tree], active) == wanted
