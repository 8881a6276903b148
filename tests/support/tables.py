"""Azure's type tables, asked through the oracle that knows nothing of the operator."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.oracles import ROOT, oracle

ABOVE = {"Microsoft.Web/sites/host/functionKeys": "Microsoft.Web/sites"}
"""Types that Azure has and its tables lack, by the nearest one above that they have (azure-rest-api-specs, issue 13424)."""


@cache
def _tables() -> Any:
    folder = Path(os.environ.get("LOOM_AZURE_TYPES") or ROOT.parent / "shared" / "azure-types")
    judge = oracle("arm_bodies")
    return judge.Tables(folder) if judge is not None and (folder / "index.json").is_file() else None


def tables() -> Any:
    """The oracle's `Tables`. A test that needs them is skipped, with a sentence, on a machine that has none."""
    found = _tables()
    if found is None:
        pytest.skip("Azure's type tables are not on this machine: LOOM_AZURE_TYPES and LOOM_ORACLES say where they are")
    return found
