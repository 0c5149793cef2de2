"""The one error of the installer: what happened, and what to do about it."""

from __future__ import annotations


class Trouble(Exception):
    """Ends the command with exit status 3 and one line: ``problem``, then ``remedy``."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy
