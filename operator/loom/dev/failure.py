"""The one error of the sandbox: a sentence for the person at the terminal, printed without a traceback."""


class SandboxError(Exception):
    """Something that the sandbox needs is missing or broke; the message says what, where, and what to do."""
