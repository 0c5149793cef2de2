"""What is installed, what is wanted, and what is to be done about the difference."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from installer.locations import Checkout


class Profile(Enum):
    """A set of pinned requirements, ``requirements/<value>.txt``; all but base go on top of it."""

    base = "base"
    diffusion = "diffusion"
    test = "test"
    benchmark = "benchmark"


class Step(Enum):
    """One stage of an installation, in the order in which they run."""

    create = "create"
    requirements = "requirements"
    project = "project"
    kernels = "kernels"


@dataclass(frozen=True)
class Marker:
    """What an installation left behind, written last: ``complete`` means every step ended well.

    ``profiles`` holds the digest of each installed profile's requirements.
    """

    project: str = ""
    kernels: str = ""
    profiles: dict[str, str] = field(default_factory=dict[str, str])
    complete: bool = False

    def write(self, path: Path) -> None:
        content = json.dumps(self.__dict__, indent=2) + "\n"
        replace_file(path, content)

    @classmethod
    def read(cls, path: Path) -> Marker | None:
        """None where the file is missing or is not a marker: nothing is known then."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def replace_file(path: Path, content: str) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(content)
    draft.replace(path)


def wanted(checkout: Checkout, profiles: frozenset[Profile]) -> Marker:
    """The marker that an installation of ``profiles`` would leave."""
    return Marker(
        project=_digest([checkout.root / "pyproject.toml"]),
        kernels=_digest(sorted(checkout.kernels.rglob("*.py"))),
        profiles={
            profile.value: _digest(list(requirements_files(checkout, profile)))
            for profile in sorted(profiles, key=lambda profile: profile.value)
        },
        complete=True,
    )


def requirements_file(checkout: Checkout, profile: Profile) -> Path:
    return checkout.requirements / f"{profile.value}.txt"


def bare_requirements_file(checkout: Checkout, profile: Profile) -> Path:
    """Those to be installed without their dependencies; most profiles have none."""
    return checkout.requirements / f"{profile.value}.bare.txt"


def requirements_files(checkout: Checkout, profile: Profile) -> tuple[Path, ...]:
    bare = bare_requirements_file(checkout, profile)
    own = requirements_file(checkout, profile)
    return (own, bare) if bare.exists() else (own,)


def steps(found: Marker | None, want: Marker, *, environment_runs: bool) -> tuple[Step, ...]:
    """What brings the environment from ``found`` to ``want``.

    An environment that was left half-made is made anew: nobody can tell which of its packages are
    whole. One without a marker was made by somebody else and is completed, not thrown away. One
    that runs on another Python than this installer stays as it is.
    """
    if not environment_runs or (found and not found.complete):
        return tuple(Step)
    known = found or Marker()
    stale = {
        Step.requirements: not want.profiles.items() <= known.profiles.items(),
        Step.project: want.project != known.project,
        Step.kernels: want.kernels != known.kernels,
    }
    return tuple(step for step, needed in stale.items() if needed)


def merged(found: Marker | None, want: Marker) -> Marker:
    """``want``, keeping the profiles that an environment made earlier has on top of it."""
    return replace(want, profiles={**(found.profiles if found else {}), **want.profiles})


def _digest(files: list[Path]) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for file in files:
        whole.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()
