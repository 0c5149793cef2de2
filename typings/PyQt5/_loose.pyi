from typing import Any

class _LooseType(type):
    def __getattr__(cls, name: str) -> Any: ...

class Loose(metaclass=_LooseType):
    """Of Qt's toolkit only the names are written down here: what they can do is Qt's to say."""

    def __init__(self, *given: Any, **named: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
