"""Pictures drawn by procedures alone, with the statistics of photographs and of drawn work: it is
all that the networks ever learn from."""
