"""A picture after another picture, or in a medium.

Three ways, from cheap to dear: a *grade* gives it the style's colours; a *medium* of the gallery is
painted mark by mark over it; any other style is taken apart into patches and put together again so
that it shows the picture (analogy).
"""
