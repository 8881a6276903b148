"""The control plane starts programs of others, whose files are theirs to write."""

from pathlib import Path

import pytest

from loom.dev.binaries import Binaries
from loom.dev.control_plane import ControlPlane
from loom.dev.failure import SandboxError
from loom.dev.processes import Processes


def test_an_api_server_that_has_written_half_of_its_certificate_is_not_ready_yet(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    half = certificates / "apiserver.crt"
    half.write_text("-----BEGIN CERTIFICATE-----\nMIID")
    program = tmp_path / "kube-apiserver"
    program.write_text("#!/bin/sh\nsleep 0.2; echo ended without a word; exit 3\n")
    program.chmod(0o755)
    with Processes(tmp_path) as processes, pytest.raises(SandboxError, match="ended without a word"):
        ControlPlane(tmp_path, Binaries(tmp_path), processes).start_api_server()
