"""How fast kmconfig is, as ratios to other programs in the same run: ``python -m benchmarks``."""
