"""`loom import`: prints the YAML of an estate that exists, and what the reader should know of it. It decides nothing else."""

import asyncio
import logging

from rich.console import Console

from loom.config import Settings
from loom.errors import CloudError, Refusal
from loom.estate import Wish, import_estate


def run(settings: Settings, wish: Wish, out: Console, err: Console) -> int:
    """The YAML goes to the standard output, notes and errors to the other. The exit code: 0, or 1 for an error."""
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it warns of arrives as an error, once and in our words
    try:
        imported = asyncio.run(import_estate(settings, wish))
    except Refusal as refusal:
        return _fail(err, f"{wish.resource_group} cannot be imported: {refusal.message}")
    except CloudError as error:
        return _fail(err, f"Azure could not be read: {error}")
    out.file.write(imported.as_yaml())
    for note in imported.notes:
        err.print(f"note: {note}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    return 0


def _fail(err: Console, message: str) -> int:
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    return 1
