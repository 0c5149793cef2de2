"""Textures and landscapes made anew from their own patches: variations, tiles, new proportions."""
