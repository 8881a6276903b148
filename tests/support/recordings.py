"""Recorded traffic of the real Azure Resource Manager: `LOOM_AZURE_RECORDINGS`, else ../shared/azure-recordings beside the repository.

One file per provider; the interactions of a file are in the order in which they were recorded. Committed beside the tests are the
differences that we know of, each with its reason (`tests/data/recordings/*.json`): data of the tests, never a rule of the product.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
RECORDINGS = Path(os.environ.get("LOOM_AZURE_RECORDINGS") or ROOT.parent / "shared" / "azure-recordings")
KNOWN = ROOT / "tests" / "data" / "recordings"


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and its answer. `path` has no query; `source` names the file of the recording and the place in it."""

    source: str
    type: str
    method: str
    path: str
    sent: Json
    status: int
    headers: Mapping[str, str]
    body: Any


def need() -> None:
    """Skip, with a sentence, where this machine has no recordings."""
    if not any(RECORDINGS.glob("microsoft.*.json")):
        pytest.skip(
            f"There is no recorded traffic in {RECORDINGS}: set LOOM_AZURE_RECORDINGS to the folder that holds it."
        )


@lru_cache(maxsize=1)
def files() -> dict[str, tuple[Interaction, ...]]:
    """All recordings, by provider; empty where there are none."""
    return {path.stem: tuple(_read(path)) for path in sorted(RECORDINGS.glob("microsoft.*.json"))}


def _read(path: Path) -> Iterator[Interaction]:
    for item in json.loads(path.read_text())["interactions"]:
        yield Interaction(
            source=item["source"],
            type=item["type"],
            method=item["method"],
            path=item["url"].partition("?")[0],
            sent=item["requestBody"] or {},
            status=item["status"],
            headers=item["responseHeaders"],
            body=item["responseBody"],
        )


def known(name: str) -> Any:
    """The committed list of that name."""
    return json.loads((KNOWN / f"{name}.json").read_text())
