"""What a wheel must hold for `loom dev` to work without the repository, and what the layout must not hold."""

import operator
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.cluster import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel made of this repository."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return set(zipfile.ZipFile(made).namelist())


def test_a_wheel_has_the_control_planes_go_module(wheel: set[str]) -> None:
    module = "loom/dev/controlplane"
    mains = {f"{module}/cmd/{name}/main.go" for name in ("etcd", "kube-apiserver", "kube-controller-manager")}

    assert {f"{module}/go.mod", f"{module}/go.sum", *mains} <= wheel


@pytest.mark.parametrize("folder", ["crds", "manifests/kustomize", "manifests/samples"])
def test_a_wheel_has_what_the_sandbox_applies(wheel: set[str], folder: str) -> None:
    here = {f"loom/dev/shipped/{path.relative_to(ROOT)}" for path in (ROOT / folder).glob("*.yaml")}

    assert here
    assert here <= wheel


def test_a_wheel_has_no_tests(wheel: set[str]) -> None:
    assert not [name for name in wheel if name.startswith(("tests/", "bench/", "operator/"))]


def test_the_folder_operator_leaves_the_standard_librarys_module_alone() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()
    assert Path(str(operator.__file__)).parent != ROOT / "operator"
