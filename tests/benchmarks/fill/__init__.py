"""The fill benchmark: ``python -m tests.benchmarks.fill --help``."""
