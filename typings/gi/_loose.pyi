"""What is made by introspection: members are known at run time only."""

from typing import Any

class LooseType(type):
    def __getattr__(cls, name: str) -> Any: ...

class Loose(metaclass=LooseType):
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
