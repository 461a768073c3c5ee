"""Measures the simulator beside its peers, as its diary grows, and without a socket: ``python -m benchmarks``."""
