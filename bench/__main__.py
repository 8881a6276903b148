"""`make bench`: runs the scenarios one after the other and prints the table; `--output` writes it into the documentation."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.figures import Figure, table
from bench.rig import TooLong
from bench.scenarios import ALL

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main(
    only: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(ALL)}; may be given again.")] = None,
    output: Annotated[Path | None, typer.Option(help="Put the table between the marks of this page.")] = None,
) -> None:
    """Measure, and print figures beside their goals."""
    console = Console(stderr=True)
    figures: list[Figure] = []
    for name in only or list(ALL):
        began = time.monotonic()
        console.print(f"{name} …", highlight=False)
        with tempfile.TemporaryDirectory(prefix="loom-bench-") as folder:
            try:
                figures += ALL[name](Path(folder) / "rig", console)
            except TooLong as error:
                figures.append(Figure(name, f"not measured: {error}"[:300]))
        console.print(f"{name}: {time.monotonic() - began:.0f} s", highlight=False)
        sys.stdout.write(table(figures) + "\n")
        sys.stdout.flush()
    if output:
        head, _, rest = output.read_text().partition(BEGIN)
        output.write_text(f"{head}{BEGIN}\n{table(figures)}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    typer.run(main)
