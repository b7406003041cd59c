"""Decides. Values in, values out: no I/O, clock, settings or randomness."""
