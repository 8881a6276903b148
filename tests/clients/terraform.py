"""Terraform and its azapi provider: where the programs come from, and how they are told of a cloud.

The command is `tofu` or `terraform` on PATH, else OpenTofu built from its published Go module; the provider is always built, since
a test must not depend on what a registry serves today. Builds are kept in the per-user cache, a folder for each version.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loom.dev.binaries import cache_folder
from loom.dev.simulator import Simulator
from loom.dev.toolchain import find_go


@dataclass(frozen=True)
class GoProgram:
    """A command in a published Go module."""

    name: str
    module: str
    version: str
    package: str = "."


TOFU = GoProgram("tofu", "github.com/opentofu/opentofu", "v1.12.6", "./cmd/tofu")
AZAPI = GoProgram("terraform-provider-azapi", "github.com/Azure/terraform-provider-azapi", "v1.15.0")
OLDEST_GO = (1, 26)


def find_command() -> Path:
    """OpenTofu or Terraform."""
    on_path = shutil.which("tofu") or shutil.which("terraform")
    return Path(on_path) if on_path else built(TOFU)


def built(program: GoProgram) -> Path:
    """The program, built when the cache has none of that version. Raises CalledProcessError, SandboxError where there is no Go.

    The module is built as its own main module, as its authors do: `go install` refuses one that replaces dependencies. Go checks
    what it downloads against its checksum database.
    """
    finished = cache_folder(os.environ).parent / "clients" / f"{program.name}-{program.version}" / program.name
    if finished.exists():
        return finished
    sys.stderr.write(f"Building {program.name} {program.version}: once, some minutes; kept in {finished.parent}\n")
    go = str(find_go(OLDEST_GO).path)
    work = finished.parent.with_suffix(".unfinished")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    named = f"{program.module}@{program.version}"
    described = subprocess.run(
        [go, "mod", "download", "-json", named], cwd=work, env=env, check=True, stdout=subprocess.PIPE
    )
    source = work / "source"
    shutil.copytree(json.loads(described.stdout)["Dir"], source, copy_function=_copy_writable)
    options = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(work / program.name)]
    subprocess.run([go, "build", *options, program.package], cwd=source, env=env, check=True)
    shutil.rmtree(source)
    work.rename(finished.parent)
    return finished


@dataclass(frozen=True)
class Terraform:
    """One working folder. Credentials are those of a signed-in `az`; of the cloud it is told nothing but its endpoints."""

    command: Path
    folder: Path
    env: Mapping[str, str] = field(repr=False)  # a failed test prints the rest

    def __call__(self, *arguments: str, expect: int = 0) -> str:
        """What it prints. Fails with it when the exit code is another than expected."""
        done = subprocess.run(
            [self.command, arguments[0], "-no-color", "-input=false", *arguments[1:]],
            cwd=self.folder,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == expect, f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout


def terraform_for(azure: Simulator, az_env: Mapping[str, str], subscription: str, folder: Path) -> Terraform:
    """Terraform with the azapi provider, in an empty folder."""
    provider = built(AZAPI)
    configuration = folder / "terraform.rc"
    overrides = f'dev_overrides {{ "azure/azapi" = "{provider.parent}" }}'
    configuration.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")
    settings = {
        "TF_CLI_CONFIG_FILE": str(configuration),
        "CHECKPOINT_DISABLE": "1",
        "SSL_CERT_FILE": str(azure.ca_file),
        "ARM_TENANT_ID": azure.tenant_id,
        "ARM_SUBSCRIPTION_ID": subscription,
        "ARM_USE_CLI": "true",
        "ARM_USE_MSI": "false",
        "ARM_RESOURCE_MANAGER_ENDPOINT": azure.url,
        "ARM_RESOURCE_MANAGER_AUDIENCE": azure.url,
        "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST": azure.url,
    }
    return Terraform(find_command(), folder, {**az_env, **settings})


def _copy_writable(source: str, target: str) -> str:
    """The module cache is read-only, and a build writes to go.mod."""
    shutil.copyfile(source, target)
    return target
