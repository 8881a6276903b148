"""Makes small programs for a test's PATH, so that what is chosen can be told by what was run."""

from pathlib import Path


def make_program(folder: Path, name: str, script: str) -> Path:
    """An executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path
