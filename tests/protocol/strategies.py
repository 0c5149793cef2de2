"""Any value of any type that travels, straight from the types' own annotations."""

from __future__ import annotations

import dataclasses
import enum
import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from velatura_protocol.fields import Bounds, HexDigest, Identifier, Length
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import Message
from velatura_protocol.tasks import Edge

_identifiers = st.text("ABCxyz019_-", min_size=1, max_size=64)
_digests = st.text("0123456789abcdef", min_size=64, max_size=64)
_finite = st.floats(allow_nan=False, allow_infinity=False)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@cache
def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _ruled(*get_args(annotation))
    if origin in (Union, types.UnionType):
        members = [each for each in get_args(annotation) if each is not memoryview]
        return st.one_of([values_of(each) for each in members])
    if origin is tuple:
        return st.lists(values_of(get_args(annotation)[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_texts, values_of(get_args(annotation)[1]), max_size=3)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if issubclass(annotation, enum.Enum):
        return st.sampled_from(annotation)
    return st.deferred(lambda: _record(annotation))


def _ruled(kind: Any, rule: Any) -> st.SearchStrategy[Any]:
    if isinstance(rule, Bounds):
        return st.integers(rule.minimum, rule.maximum)
    if isinstance(rule, Identifier):
        return _identifiers | st.just("") if rule.optional else _identifiers
    if isinstance(rule, HexDigest):
        return _digests | st.just("") if rule.optional else _digests
    assert isinstance(rule, Length)
    return st.binary(max_size=rule.maximum) if kind is bytes else _texts


def _record(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{f.name: values_of(hints[f.name]) for f in dataclasses.fields(kind)})


_sides = st.integers(0, 2**30)
_places = st.integers(-(2**30), 2**30)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: _finite,
    str: _texts,
    bytes: st.binary(max_size=64),
    types.NoneType: st.none(),
    Size: st.builds(Size, _sides, _sides),
    Rect: st.builds(Rect, _places, _places, _sides, _sides),
    Margins: st.builds(Margins, _sides, _sides, _sides, _sides),
    Edge: st.builds(Edge, pixels=st.floats(0, 4096)),
}

MESSAGE_TYPES: tuple[Any, ...] = get_args(Message)
messages = st.sampled_from(MESSAGE_TYPES).flatmap(values_of)
