"""How Microsoft.App answers writes: 201 even for an update, a signed operation URL, and 15 seconds to wait (recorded traffic)."""

from __future__ import annotations

from loom.sim.kinds import Style

APP = "Microsoft.App"
VERSIONS = (
    "2026-07-01", "2026-01-01", "2025-07-01", "2025-01-01", "2024-03-01", "2023-05-01", "2022-10-01", "2022-03-01",
    "2025-10-02-preview", "2025-02-02-preview", "2024-10-02-preview", "2024-08-02-preview", "2024-02-02-preview",
    "2023-11-02-preview", "2023-08-01-preview", "2023-05-02-preview", "2023-04-01-preview", "2022-11-01-preview",
    "2022-06-01-preview", "2022-01-01-preview",
)  # fmt: skip


def app_put(
    seconds: float, status_path: str, *, creating: str, updating: str, update_seconds: float | None = None
) -> Style:
    """201 with `Azure-AsyncOperation` and `Retry-After: 15`; polls say nothing of when to come back."""
    return Style(
        seconds=seconds,
        headers="async",
        retry_after=15,
        created=201,
        updated=201,
        creating=creating,
        updating=updating,
        status_path=status_path,
        update_seconds=update_seconds,
    )


def app_patch(seconds: float, result_path: str, state: str) -> Style:
    """202 with `Location` alone (the SDK takes no 201 here); it ends with the resource."""
    return Style(
        seconds=seconds,
        headers="location",
        retry_after=15,
        updated=202,
        updating=state,
        result_path=result_path,
        empty=True,
    )


def app_delete(seconds: float, result_path: str, state: str = "Deleting") -> Style:
    """202 with `Location` alone, newly signed at each poll, then 204."""
    return Style(
        seconds=seconds,
        headers="location",
        retry_after=15,
        created=202,
        updated=202,
        updating=state,
        result_path=result_path,
        moving=True,
        done=204,
    )
