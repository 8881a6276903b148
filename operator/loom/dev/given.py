"""A control plane that somebody else runs, such as a kind cluster: the sandbox uses it and neither starts nor stops it.

What is installed and applied there stays there when the sandbox ends.
"""

import json
from pathlib import Path
from typing import Any

from loom.dev.kubeconfig import write_private
from loom.dev.kubectl import Kubectl

VARIABLE = "LOOM_DEV_KUBECONFIG"
"""Names the kubeconfig of its administrator. KUBECONFIG is not asked: a sandbox must not land in somebody's cluster by habit."""

SERVICE_ACCOUNT = ("loom-operator", "--namespace=csa-loom-system")
TOKEN_LIFE = "24h"  # noqa: S105 - a duration


class GivenControlPlane:
    """The cluster of the kubeconfig `admin`; files of the sandbox's own go to `home`."""

    def __init__(self, home: Path, admin: Path, kubectl: Path) -> None:
        self._home = home
        self._admin = admin
        self._kubectl = Kubectl(kubectl, admin)

    def start(self) -> None:
        """Asks whether it is there; raises SandboxError with kubectl's own words when it is not."""
        self._kubectl.run("version", "--output=json")

    def kubeconfig(self, user: str = "admin") -> Path:
        """The administrator's kubeconfig as it was given, or one for the `operator`'s service account, which must exist."""
        if user == "admin":
            return self._admin
        token = self._kubectl.run("create", "token", *SERVICE_ACCOUNT, f"--duration={TOKEN_LIFE}").strip()
        config: dict[str, Any] = json.loads(
            self._kubectl.run("config", "view", "--raw", "--minify", "--flatten", "--output=json")
        )
        config["users"] = [{"name": user, "user": {"token": token}}]
        config["contexts"][0]["context"]["user"] = user
        self._home.mkdir(parents=True, exist_ok=True)
        path = self._home / f"{user}.kubeconfig"
        write_private(path, json.dumps(config))
        return path
