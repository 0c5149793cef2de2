"""Trains the tiny inpaint model that the end-to-end tests prompt; see ``tiny_inpaint/README.md``.

``python -m tests.models.training --work DIR --out tests/models/tiny_inpaint``
"""
