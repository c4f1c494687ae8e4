"""Sweeps over seeds and benchmarks: what `make measure` and `make bench` call."""
