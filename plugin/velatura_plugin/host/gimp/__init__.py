# pyright: standard
"""GIMP 3 as a host. Imported only inside a plug-in process of GIMP."""
