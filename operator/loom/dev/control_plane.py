"""A real Kubernetes control plane on this machine: etcd, kube-apiserver and kube-controller-manager, on loopback only.

Decides flags, ports, keys and who may speak to it. RBAC is on, so that what the operator and a tenant may do is decided
here as in any cluster. It has no nodes: a Deployment is stored and never runs. Nothing of an earlier run is used again.
"""

import json
import secrets
import shutil
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from loom.dev.binaries import Binaries
from loom.dev.failure import SandboxError
from loom.dev.kubeconfig import User, write_kubeconfig, write_private
from loom.dev.processes import Processes

ATTEMPTS = 3
READY_SECONDS = 60.0
SYSTEM_NAMESPACE = "csa-loom-system"
OPERATOR = f"system:serviceaccount:{SYSTEM_NAMESPACE}:loom-operator"
TENANT = "tenant"
"""Somebody with no right until a RoleBinding names them."""

# Without these, namespaces never finish deleting, owner references mean nothing and aggregated roles stay empty.
CONTROLLERS = ("garbage-collector-controller", "namespace-controller", "clusterrole-aggregation-controller")
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}


@dataclass(frozen=True)
class Ports:
    """Free ports of the loopback interface, found by binding them for a moment."""

    etcd: int
    etcd_peer: int
    api_server: int

    @classmethod
    def free(cls) -> "Ports":
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            for taken in (one, two, three):
                taken.bind(("127.0.0.1", 0))
            return cls(*(taken.getsockname()[1] for taken in (one, two, three)))


class ControlPlane:
    """Starts in `home`, a folder that it may empty; its processes live and end with `processes`.

    With `audit` every request is recorded, which is how tests learn what rights are used.
    """

    def __init__(self, home: Path, binaries: Binaries, processes: Processes, audit: bool = False) -> None:
        self._home = home
        self._binaries = binaries
        self._processes = processes
        self._audit = audit
        self._ports = Ports(0, 0, 0)
        self._users = {
            "admin": User("admin", secrets.token_urlsafe(32), ("system:masters",)),
            "operator": _service_account(OPERATOR),
            "tenant": User(TENANT, secrets.token_urlsafe(32)),
        }

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._ports.api_server}"

    @property
    def audit_log(self) -> Path:
        """With `audit`: a JSON object a line for every request answered, with its user and the role that allowed it."""
        return self._home / "audit.log"

    def kubeconfig(self, user: str = "admin") -> Path:
        """The kubeconfig of `admin`, `operator` (the operator's service account) or `tenant` (no rights of its own)."""
        if user not in self._users:
            raise ValueError(f"no user {user!r}, only {', '.join(self._users)}")
        return self._home / f"{user}.kubeconfig"

    def start(self) -> None:
        """Returns when the API server is ready; raises SandboxError with the end of a program's log when it is not."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._start()
            except SandboxError as error:
                # Between finding a free port and binding it, somebody else may have taken it.
                self.stop()
                if "address already in use" not in str(error) or attempt == ATTEMPTS:
                    raise
        return None

    def stop(self) -> None:
        """Stops all three."""
        self._processes.stop("kube-controller-manager")
        self.stop_api_server()
        self._processes.stop("etcd")

    def stop_api_server(self) -> None:
        """Takes the API server away; what is stored stays."""
        self._processes.stop("kube-apiserver")

    def start_api_server(self) -> None:
        """Starts the API server, on the port that it had, and waits until it is ready."""
        # Asked to end, it would wait a minute for watches to end first.
        process = self._processes.start("kube-apiserver", self._api_server_command(), grace=1.0)
        process.wait_until(self._api_server_ready, READY_SECONDS)

    def _start(self) -> None:
        self._ports = Ports.free()
        self._prepare_home()
        etcd = self._processes.start("etcd", self._etcd_command())
        etcd.wait_until(self._etcd_ready, READY_SECONDS)
        self.start_api_server()
        for name, user in self._users.items():
            write_kubeconfig(self.kubeconfig(name), self.url, self._authority.read_bytes(), user)
        self._processes.start("kube-controller-manager", self._controller_manager_command())

    @property
    def _authority(self) -> Path:
        return self._home / "certificates" / "apiserver.crt"

    @property
    def _audit_policy(self) -> Path:
        return self._home / "audit-policy.json"

    def _prepare_home(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        for name in ("etcd", "certificates"):
            shutil.rmtree(self._home / name, ignore_errors=True)
        self.audit_log.unlink(missing_ok=True)
        self._audit_policy.write_text(json.dumps(AUDIT_POLICY))
        rows = [f'{user.token},{user.name},{user.name},"{",".join(user.groups)}"' for user in self._users.values()]
        write_private(self._home / "tokens.csv", "\n".join(rows) + "\n")
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_private(self._home / "service-accounts.key", private.decode())
        (self._home / "service-accounts.pub").write_bytes(public)

    def _etcd_command(self) -> list[str]:
        client, peer = f"http://127.0.0.1:{self._ports.etcd}", f"http://127.0.0.1:{self._ports.etcd_peer}"
        return [
            str(self._binaries.etcd),
            f"--data-dir={self._home / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",  # nothing here outlives a crash
            "--logger=zap",
            "--log-level=warn",
        ]

    def _api_server_command(self) -> list[str]:
        home = self._home
        return [
            str(self._binaries.api_server),
            f"--etcd-servers=http://127.0.0.1:{self._ports.etcd}",
            f"--secure-port={self._ports.api_server}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",  # else it looks for a default route, which a laptop may not have
            f"--cert-dir={self._authority.parent}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={home / 'service-accounts.pub'}",
            f"--service-account-signing-key-file={home / 'service-accounts.key'}",
            "--authorization-mode=RBAC",
            f"--token-auth-file={home / 'tokens.csv'}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none",
            *(
                [f"--audit-policy-file={self._audit_policy}", f"--audit-log-path={self.audit_log}"]
                if self._audit
                else []
            ),
        ]

    def _controller_manager_command(self) -> list[str]:
        return [
            str(self._binaries.controller_manager),
            f"--kubeconfig={self.kubeconfig('admin')}",
            f"--controllers={','.join(CONTROLLERS)}",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def _etcd_ready(self) -> bool:
        return _answers(f"http://127.0.0.1:{self._ports.etcd}/health")

    def _api_server_ready(self) -> bool:
        return _answers(f"{self.url}/readyz", self._users["admin"].token, self._authority)


def _service_account(name: str) -> User:
    """A token for a service account, with the groups that the API server gives to its own tokens for it."""
    namespace = name.split(":")[2]
    return User(name, secrets.token_urlsafe(32), ("system:serviceaccounts", f"system:serviceaccounts:{namespace}"))


def _answers(url: str, token: str = "", authority: Path | None = None) -> bool:
    """Whether a GET is answered with a 2xx within a second; the URL is one of our own.

    The authority's file is the server's to write: where it is not there, or half of it, there is no answer yet.
    """
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        context = ssl.create_default_context(cafile=authority) if authority else None
        with urllib.request.urlopen(request, timeout=1, context=context):  # noqa: S310
            return True
    except OSError:
        return False
