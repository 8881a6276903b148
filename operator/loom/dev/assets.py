"""Where the files are that the sandbox applies: in the installed package, else in the repository around it."""

from pathlib import Path

from loom.dev.failure import SandboxError

_PACKAGED = Path(__file__).parent / "shipped"
_REPOSITORY = Path(__file__).parents[3]


def asset(name: str) -> Path:
    """`crds`, `manifests/kustomize` or `manifests/samples`; a wheel has them inside, a checkout at its root."""
    for root in (_PACKAGED, _REPOSITORY):
        if (root / name).exists():
            return root / name
    raise SandboxError(f"{name} is neither in {_PACKAGED} nor in {_REPOSITORY}: this installation is incomplete.")
