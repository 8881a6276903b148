"""What all network types have in common: versions, how long operations answer, and that one network takes one write at a time."""

from __future__ import annotations

from loom.sim.kinds import NameRule, Refusal, Style

NETWORK = "Microsoft.Network"
VERSIONS = (
    "2026-03-01", "2026-01-01", "2025-07-01", "2025-05-01", "2025-03-01", "2025-01-01", "2024-10-01", "2024-07-01",
    "2024-05-01", "2024-03-01", "2024-01-01", "2023-11-01", "2023-09-01", "2023-06-01", "2023-05-01", "2023-04-01",
    "2023-02-01", "2022-11-01", "2022-09-01", "2022-07-01", "2022-05-01", "2022-01-01", "2021-08-01", "2021-05-01",
    "2021-03-01", "2021-02-01",
)  # fmt: skip
BUSY = Refusal(
    409,
    "AnotherOperationInProgress",
    "Another operation on this or dependent resource is in progress. To retrieve status of the operation use operation '{operation}'.",
)


def network_style(seconds: float, *, delete: bool = False) -> Style:
    """201 (or 200 for an update) with Azure-AsyncOperation; a DELETE is 202 with both headers."""
    if delete:
        return Style(
            seconds=seconds, headers="both", retry_after=10, created=202, updated=202, updating="Deleting", empty=True,
            status_path="operations", result_path="operationResults", poll_retry_after=True, bare=True, done=204,
        )  # fmt: skip
    return Style(
        seconds=seconds,
        headers="async",
        retry_after=3,
        creating="Updating",
        updating="Updating",
        status_path="operations",
        poll_retry_after=True,
        bare=True,
    )


INQUIRY = Style(
    seconds=8,
    headers="both",
    retry_after=10,
    status_path="operations",
    result_path="operationResults",
    poll_retry_after=True,
    bare=True,
)
"""A POST that only looks: 202 with both headers, and the answer at `Location` alone."""


def network_names(most: int, *, least: int = 1) -> NameRule:
    """Letters, digits, `_`, `.`, `-`; it begins with a letter or digit and ends with one or `_`."""
    pattern = rf"(?=.{{{least},{most}}}$)[A-Za-z0-9]([\w.\-]*[A-Za-z0-9_])?"
    says = (
        "Resource name {name} is invalid. The name can be up to "
        f"{most} characters long. It must begin with a word character, and it must end with a word character or with '_'. The name "
        "may contain word characters or '.', '-', '_'."
    )
    return NameRule(pattern, says, "InvalidResourceName")
