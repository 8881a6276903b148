"""Shows how the loom's objects are: a table that follows them on a terminal, a line for each change elsewhere."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loom.dev.objects import Row

_STYLES = {"True": "green", "False": "red"}
_WELL = ("Healthy", "NothingToMeasure")


class Board:
    """As a context manager it owns the terminal; `show` may be called as often as one likes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._shown: dict[tuple[str, str, str], Row] = {}

    def show(self, rows: Iterable[Row]) -> None:
        """Shows these rows; where there is no terminal, only those that changed since they were last shown."""
        rows = sorted(rows)
        if self._live:
            self._live.update(table_of(rows), refresh=True)
            return
        for row in rows:
            key = (row.namespace, row.kind, row.name)
            if self._shown.get(key) != row:
                self._shown[key] = row
                self._console.print(line_of(row), soft_wrap=True)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()


def table_of(rows: Iterable[Row]) -> Table:
    """A table of rows; a message only where an object is not ready."""
    table = Table(box=None, pad_edge=False, expand=True)
    for name in ("NAMESPACE", "KIND", "NAME", "READY", "HEALTH", "REASON"):
        table.add_column(name, no_wrap=True, overflow="fold")
    table.add_column("MESSAGE", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        table.add_row(
            row.namespace,
            row.kind,
            row.name,
            Text(row.ready, style=_STYLES.get(row.ready, "yellow")),
            Text(row.health, style=_health_style(row)),
            row.reason,
            Text("" if row.is_ready else row.message),
        )
    return table


def _health_style(row: Row) -> str:
    """HEALTH is the word that kubectl shows: why, where it is not well."""
    if row.health in _WELL:
        return "green"
    return "red" if row.reason == "Unhealthy" else "yellow"


def line_of(row: Row) -> Text:
    """One row as a line of text."""
    where = f"{row.namespace}/{row.name}" if row.namespace else row.name
    line = Text.assemble(
        f"{row.kind} {where}  Ready=",
        (row.ready, _STYLES.get(row.ready, "yellow")),
        "  Health=",
        (row.health, _health_style(row)),
        f"  {row.reason}",
    )
    return line if row.is_ready or not row.message else line.append(f": {row.message}")
