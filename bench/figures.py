"""Figures: what was measured, beside its goal or floor, as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row. `met` is None where there is no goal; `floor` says what could not be beaten, and where it comes from."""

    name: str
    value: str
    goal: str = ""
    met: bool | None = None
    floor: str = ""


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table."""
    lines = ["| figure | measured | goal | met | floor or comparison |", "| --- | --- | --- | --- | --- |"]
    for figure in figures:
        met = {True: "yes", False: "**missed**", None: ""}[figure.met]
        lines.append(f"| {figure.name} | {figure.value} | {figure.goal} | {met} | {figure.floor} |")
    return "\n".join(lines)
