"""The one error of the installer: what happened, and what to do about it."""

from __future__ import annotations


class Trouble(Exception):
    """Ends the command with exit status 3 and one line: ``problem``, then ``remedy``."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem.rstrip(".") + "."
        self.remedy = remedy
        super().__init__(f"{self.problem} {remedy}")
