"""Cutting out without weights: a rough selection, the outline inside it, a matte, clean colours.

The outline: colour models of subject and background (after GrabCut: Rother, Kolmogorov, Blake,
SIGGRAPH 2004) under a contrast-weighted total variation whose minimum is the global one (Unger et
al., TVSeg, BMVC 2008; Chambolle and Pock, 2011). The matte: closed form (Levin, Lischinski, Weiss,
PAMI 2008). The subject's own colours: multi-level estimation (Germer et al., ICPR 2020). Written
from the papers.
"""
