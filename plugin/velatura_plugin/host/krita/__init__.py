"""Krita 5.2 and later as a host. Imports Krita's own module, so only inside of Krita."""
