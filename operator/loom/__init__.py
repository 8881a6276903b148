"""The CSA Loom operator: custom resources in, converged Azure out, and a status that tells the truth about it."""

__version__ = "0.1.0"
