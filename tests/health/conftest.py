"""The fixtures of the probes' tests: those of the adapters, and a certificate authority for servers on this machine."""

from pathlib import Path

import pytest

from loom.sim.certificates import ensure
from support.adapters import azure, cloud

__all__ = ["azure", "cloud"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("authority")
    ensure(home)
    return home
