"""``python -m tests.hosts.root``: builds the root, says where it is and how long it took."""

from __future__ import annotations

import time

from tests.hosts.root.build import ensure_root


def main() -> None:
    started = time.monotonic()
    print(f"{ensure_root()} in {time.monotonic() - started:.1f} s")  # noqa: T201


if __name__ == "__main__":
    main()
