"""Variations, tiles and new proportions: time, seams, and how much is left of the texture."""
