"""Recolouring without weights: palettes, snapping, and colour for grey pictures.

Colours are compared in OKLab (Ottosson 2020) and mixed as the picture mixed them, in encoded sRGB:
an anti-aliased pixel is a mixture of encoded values, and stays one of the new colours.
"""
