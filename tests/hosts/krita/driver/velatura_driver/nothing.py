"""A run that only starts Krita and ends it."""

from __future__ import annotations


def main(driver):
    driver.note("version", driver.app.version())
