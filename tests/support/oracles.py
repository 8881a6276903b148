"""Finds the judges that know nothing of the operator: `LOOM_ORACLES`, else ../shared/tools beside the repository."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def oracle(name: str) -> ModuleType | None:
    """The oracle `name` (`status_rules`, `arm_bodies`) as a module, or None where this machine has none."""
    path = Path(os.environ.get("LOOM_ORACLES") or ROOT.parent / "shared" / "tools") / f"{name}.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"oracle_{name}", path)
    assert spec, path
    assert spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
