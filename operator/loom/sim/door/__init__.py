"""The simulator's own door, `/sim`: what a person or a test does behind Azure's back. It needs no token and is only on loopback."""
