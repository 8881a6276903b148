"""The simulated directory: who there is, how they prove it, and the tokens they get."""
