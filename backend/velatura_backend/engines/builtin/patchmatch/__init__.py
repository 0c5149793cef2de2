"""Image completion by nearest-neighbour fields, in numba.

Patch search: Barnes et al., PatchMatch, SIGGRAPH 2009. Completion as alternating search and voting
over a pyramid: Wexler, Shechtman, Irani, Space-Time Completion of Video, PAMI 2007. Texture
channels: Newson et al., Video Inpainting of Complex Scenes, SIAM J. Imaging Sciences 2014. Screened
Poisson finish: Darabi et al., Image Melding, SIGGRAPH 2012. Written from the papers.

Kernels are plain ``nogil`` functions over a range of rows; :class:`~.lanes.Lanes` deals the ranges
to threads. numba's own ``parallel=True`` is not used: its work queue aborts the process when two
threads launch at once, it compiles several times slower, and its thread count is process-wide.
"""
