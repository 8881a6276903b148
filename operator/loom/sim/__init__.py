"""The simulated Azure: a program of its own that any ARM client can use."""
