from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from installer import demonstration, purge
from installer.locations import Checkout, this_checkout
from installer.report import Report
from installer.trouble import Trouble


@pytest.fixture
def staged(checkout: Checkout) -> Checkout:
    """A checkout with the demo's pictures, and a place for its programs."""
    shutil.copytree(this_checkout().root / "installer" / "demo", checkout.root / "installer/demo")
    checkout.program("velatura").parent.mkdir(parents=True)
    return checkout


def install(checkout: Checkout, script: str) -> None:
    program = checkout.program("velatura")
    program.write_text(f"#!{sys.executable}\n{script}\n")
    program.chmod(0o755)


@pytest.mark.slow
def test_the_object_is_gone_and_the_rest_untouched(
    staged: Checkout,
    data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The real command line, on the real photograph."""
    monkeypatch.delenv("XDG_CACHE_HOME")  # the kernels that the installer compiled
    install(staged, "import sys\nfrom velatura_cli.__main__ import main\nsys.exit(main())")
    assert demonstration.run(staged, Report()) == 0

    import numpy as np
    from PIL import Image

    folder = staged.root / "demo"
    before, mask, after = (
        np.asarray(Image.open(folder / f"{name}.png")).astype(int)
        for name in ("before", "mask", "after")
    )
    assert (after[mask == 0] == before[mask == 0]).all()
    rocket = mask == 255
    assert before[rocket].mean() > 100  # floodlit
    assert after[rocket].mean() < 90  # evening sky
    assert str(folder / "after.png") in capsys.readouterr().out

    # A backend has been at work there: whatever it leaves, --purge knows.
    purge.data(data)
    assert not data.exists()


def test_a_command_that_fails_is_told(staged: Checkout) -> None:
    install(staged, "raise SystemExit(3)")
    with pytest.raises(Trouble, match="ended with status 3"):
        demonstration.run(staged, Report())


def test_yesterdays_picture_is_no_success(staged: Checkout) -> None:
    (staged.root / "demo").mkdir()
    (staged.root / "demo" / "after.png").touch()
    install(staged, "pass")
    with pytest.raises(Trouble, match="no picture"):
        demonstration.run(staged, Report())
