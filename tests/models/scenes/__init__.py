"""Scenes that a tiny diffusion model learns: one coloured shape on a textured ground, in words."""
