"""What there is of the plug-in in a Krita that has just started."""

from __future__ import annotations

import sys

FOREIGN = ("msgpack", "websockets")


def main(driver) -> None:
    action = driver.app.action("velatura_remove")
    driver.note("action", action is not None and action.text())
    menu = driver.app.action("velatura_menu")
    driver.note("menu", [each.text() for each in menu.menu().actions()] if menu else [])
    driver.note("enabled", driver.app.readSetting("python", "enable_velatura", ""))
    driver.note("resources", driver.app.getAppDataLocation())
    driver.note("path", [each for each in sys.path if "pykrita/velatura" in each])
    names = sorted(sys.modules)
    driver.note("foreign", [name for name in names if name.split(".")[0] in FOREIGN])
    ours = ("velatura_plugin", "velatura_protocol")
    files = {name: sys.modules[name].__file__ for name in ours if name in sys.modules}
    driver.note("files", files)
