"""Writes kubeconfig files: who speaks to which API server, and how its certificate is checked."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class User:
    """Somebody known to the API server by a bearer token; `groups` come on top of `system:authenticated`."""

    name: str
    token: str
    groups: tuple[str, ...] = ()


def write_kubeconfig(path: Path, server: str, authority: bytes, user: User) -> None:
    """Writes `path`, readable by its owner only: `server` is a URL, `authority` the CA's certificate as PEM."""
    name = "csa-loom"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": server,
                    "certificate-authority-data": base64.b64encode(authority).decode(),
                },
            }
        ],
        "users": [{"name": user.name, "user": {"token": user.token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user.name}}],
        "current-context": name,
    }
    write_private(path, yaml.safe_dump(content, sort_keys=False))


def write_private(path: Path, text: str) -> None:
    """Writes `text` to a file that only its owner may read, whatever was there before."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
