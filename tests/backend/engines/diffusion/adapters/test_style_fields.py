from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.adapters.style_fields import StyleFields
from velatura_protocol.errors import UnreadableFile

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(VALUES)
def test_any_value_is_of_the_type_asked_for_or_refused(value):
    readings = (
        lambda fields: isinstance(fields.text("a", ""), str),
        lambda fields: isinstance(fields.texts("a"), tuple),
        lambda fields: isinstance(fields.parts("a"), tuple),
        lambda fields: 0 <= fields.whole("a", 0, least=0, most=9) <= 9,
        lambda fields: -1 <= fields.number("a", 0.0, least=-1, most=1) <= 1,
    )
    complaints = [_complaint(read, value) for read in readings]
    assert all(each is None or each.startswith("a") for each in complaints)


def _complaint(read, value):
    try:
        assert read(StyleFields({"a": value}))
    except UnreadableFile as error:
        return str(error.params["reason"])
    return None


def test_what_was_not_asked_for_is_left():
    fields = StyleFields.of({"a": "x", "b": [{"c": 1}]})
    assert fields.text("a", "") == "x"
    (part,) = fields.parts("b")
    fields.nothing_left()
    with pytest.raises(UnreadableFile, match=r"b\[0\]\.c"):
        part.nothing_left()
