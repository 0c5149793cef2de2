from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import checks
from installer.locations import Checkout, this_checkout
from installer.trouble import Trouble


def test_this_machine_will_do(checkout: Checkout) -> None:
    checks.before_install(checkout)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Trouble, match="cannot be written to") as caught:
        checks.writable(file)
    assert "Clone it into a folder of your own" in caught.value.remedy


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Trouble, match="Permission denied"):
        checks.writable(tmp_path)


def test_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    checks.writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_too_small_a_disk(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="GB are needed") as caught:
        checks.enough_room(tmp_path, needed=10**18)
    assert "larger disk" in caught.value.remedy
    checks.enough_room(tmp_path, needed=1)


def test_a_python_without_venv_names_the_package(checkout: Checkout) -> None:
    """Debian's Python without python3-venv: the module is simply not there."""
    script = (
        "import sys; sys.modules['ensurepip'] = None; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from installer import verbs\n"
        "from installer.locations import Checkout\n"
        "sys.exit(verbs.main(['install'], Checkout(Path(sys.argv[2]))))\n"
    )
    root = this_checkout().root
    ended = subprocess.run(
        [sys.executable, "-c", script, str(root), str(checkout.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3
    (line,) = ended.stderr.splitlines()
    assert "no ensurepip module" in line
    version = "{}.{}".format(*sys.version_info[:2])
    debian = Path("/etc/debian_version").exists()
    assert (f"sudo apt install python{version}-venv" if debian else "python.org") in line
    assert not checkout.environment.exists()


def test_both_modules_are_looked_for() -> None:
    with pytest.raises(Trouble, match="no venv and no ensurepip module"):
        checks.venv_present(find=lambda name: None)
