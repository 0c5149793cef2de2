"""Media painted mark by mark.

Each pixel asks which marks cover it, instead of each mark which pixels it covers: marks sit on
jittered grids, so that only the cells around have to be asked. Thus rows are independent, nothing
depends on the thread count, and memory does not grow with the number of marks. Where a mark lies,
which way it runs and what colour it has is read off a *guide*: the picture reduced to the size at
which marks are told apart (Haeberli, Paint by Numbers, SIGGRAPH 1990; Hertzmann, SIGGRAPH 1998).
"""
