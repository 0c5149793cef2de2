"""The way back through earlier prompts."""

from __future__ import annotations


class PromptHistory:
    """What was being written comes back at the end of the way. ``entries``: the newest first."""

    def __init__(self) -> None:
        self.entries: tuple[str, ...] = ()
        self._at = -1
        self._draft = ""

    def go(self, step: int, text: str) -> str | None:
        """From ``text``, one entry back (1) or forth (-1); None where the way ends."""
        wanted = self._at + step
        if not -1 <= wanted < len(self.entries):
            return None
        if self._at == -1:
            self._draft = text
        self._at = wanted
        return self._draft if wanted == -1 else self.entries[wanted]

    def typed(self, text: str) -> None:
        """Where ``text`` is no entry, the way back begins anew."""
        if self._at >= 0 and (self._at >= len(self.entries) or text != self.entries[self._at]):
            self._at = -1
