"""``python3 installer demo``: the real command line on a real photograph."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from installer import processes
from installer.locations import Checkout
from installer.report import Report
from installer.trouble import Trouble


def run(checkout: Checkout, report: Report) -> int:
    """Take the object out and leave before, mask and after in ``demo/``.

    :raises Trouble: the command line failed; its own line on stderr says why
    """
    assets = checkout.root / "installer" / "demo"
    folder = checkout.root / "demo"
    folder.mkdir(exist_ok=True)
    before, mask, after = (folder / f"{name}.png" for name in ("before", "mask", "after"))
    shutil.copyfile(assets / "photo.png", before)
    shutil.copyfile(assets / "mask.png", mask)
    after.unlink(missing_ok=True)

    arguments = ["fill", before, "--mask", mask, "--intent", "remove", "-o", after]
    names = [part.name if isinstance(part, Path) else part for part in arguments]
    report.line(f"in {folder.name}/: velatura {' '.join(names)}")
    started = time.monotonic()
    command = [checkout.program("velatura"), *arguments]
    status = processes.attached(command, folder=checkout.root)
    if status or not after.exists():
        raise Trouble(
            f"The command ended with status {status} and no picture.",
            "Its message is above; `.venv/bin/velatura doctor` looks further.",
        )
    report.line(f"done in {time.monotonic() - started:.1f} s, start of the backend included:")
    for picture in (before, mask, after):
        print(f"  {picture}")
    return 0
