"""The seam benchmark: ``python -m tests.benchmarks.seam --help``."""
