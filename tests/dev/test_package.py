"""What a wheel must hold for `loom dev` to work without the repository, and what the layout must not hold."""

import operator
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from loom.dev.kubernetes import MODULE
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

    files = {f"{module}/{path.name}" for ending in ("mod", "sum") for path in MODULE.glob(f"*.{ending}")}

    assert len(files) == 4
    assert files | mains <= wheel


@pytest.mark.parametrize("folder", ["crds", "manifests/kustomize", "manifests/samples"])
def test_a_wheel_has_what_the_sandbox_applies(wheel: set[str], folder: str) -> None:
    here = {f"loom/dev/shipped/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*.yaml")}

    assert here
    assert here <= wheel


def test_a_wheel_has_no_tests(wheel: set[str]) -> None:
    assert not [name for name in wheel if name.startswith(("tests/", "bench/", "operator/"))]


def test_the_folder_operator_leaves_the_standard_librarys_module_alone() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()
    assert Path(str(operator.__file__)).parent != ROOT / "operator"


def test_the_locked_environment_has_every_dependency_in_a_version_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = map(Requirement, chain(project["dependencies"], *project["optional-dependencies"].values()))
    locked = dict(re.findall(r"^(\S+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    missing = [
        str(requirement)
        for requirement in wanted
        if requirement.name != project["name"]
        and not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert missing == [], "run `make lock`"


def test_the_lock_names_no_registry() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()
