"""Pixels: arrays, colour, masks, geometry, the composite law, files.

Float32 numpy in, float32 numpy out; no engine, no wire, no host.
"""
