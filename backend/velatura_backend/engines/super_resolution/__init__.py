"""The user's own networks for pictures: enlarging, cleaning, faces, holes. One engine for each.

Files are told apart by the spandrel library, which knows some forty architectures by the names of
their tensors.
"""
