"""Installs, tests and shows Velatura with nothing but the standard library."""
