"""Benchmarks: figures and ratios against a floor, from one run on the real parts. No test asserts a time; these print."""
