"""How to reach the API server: out of a kubeconfig (certificates, tokens, exec plugins), or as a pod's service account.

Both kopf and our own client log in here, so that they are always the same principal. It keeps no state: tokens are read
anew at each login, as they are renewed on disk.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import kopf
import yaml

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TOKEN_LIFE = timedelta(minutes=5)  # a projected token is renewed on disk well before it expires
_PLUGIN_TIMEOUT = 60.0
_IMPERSONATION = ("as", "as-uid", "as-groups", "as-user-extra")


class ConnectionFailure(Exception):
    """There is no way to the API server; the message says what is missing."""


def connect(kubeconfig: Path | None = None, context: str | None = None) -> kopf.ConnectionInfo:
    """Log in with the kubeconfig given, else KUBECONFIG, else as the pod's service account, else ~/.kube/config.

    Raises ConnectionFailure.
    """
    access = _log_in(kubeconfig, context)
    return access if access.proxy_url else replace(access, proxy_url=_proxy_to(access.server))


def _proxy_to(server: str) -> str | None:
    """The proxy that the environment (HTTPS_PROXY, NO_PROXY) has for the API server: asked once, not at each request."""
    parts = urlsplit(server)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def _log_in(kubeconfig: Path | None, context: str | None) -> kopf.ConnectionInfo:
    named = (
        [kubeconfig]
        if kubeconfig
        else [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    )
    if not named and context is None and (SERVICE_ACCOUNT / "token").is_file():
        return _as_service_account()
    files = named or [Path("~/.kube/config")]
    try:
        return _from_files([path.expanduser() for path in files], context)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConnectionFailure(f"{files[0]} is not a kubeconfig: {error} is missing or wrong.") from None


def is_configured() -> bool:
    """Does anything say that there is a cluster: KUBECONFIG, a pod's service account, or ~/.kube/config?"""
    in_a_pod = (SERVICE_ACCOUNT / "token").is_file()
    return bool(os.environ.get("KUBECONFIG")) or in_a_pod or Path("~/.kube/config").expanduser().is_file()


def _as_service_account() -> kopf.ConnectionInfo:
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    return kopf.ConnectionInfo(
        server=server if host else "https://kubernetes.default.svc",
        ca_path=str(SERVICE_ACCOUNT / "ca.crt"),
        token=(SERVICE_ACCOUNT / "token").read_text(encoding="ascii").strip(),
        expiration=datetime.now(UTC) + _TOKEN_LIFE,
    )


def _from_files(paths: list[Path], context_name: str | None) -> kopf.ConnectionInfo:
    """The chosen context of all files together; the first that names something wins, as in kubectl."""
    found: dict[str, dict[str, tuple[dict[str, Any], Path]]] = {"contexts": {}, "clusters": {}, "users": {}}
    for path in paths:
        content = _read(path)
        context_name = context_name or content.get("current-context")
        for section, items in found.items():
            for item in content.get(section) or ():
                items.setdefault(item["name"], (item[section.removesuffix("s")] or {}, path))
    if not context_name or context_name not in found["contexts"]:
        known = ", ".join(sorted(found["contexts"])) or "none"
        raise ConnectionFailure(f"{paths[0]} has no context {context_name or '(none is current)'}. It has: {known}.")
    context, _ = found["contexts"][context_name]
    cluster, cluster_file = found["clusters"][context["cluster"]]
    user, user_file = found["users"].get(context.get("user", ""), ({}, paths[0]))
    access = kopf.ConnectionInfo(
        server=cluster["server"],
        ca_path=_file(cluster, "certificate-authority", cluster_file),
        ca_data=None if cluster.get("certificate-authority") else cluster.get("certificate-authority-data"),
        insecure=cluster.get("insecure-skip-tls-verify"),
        proxy_url=cluster.get("proxy-url"),
        default_namespace=context.get("namespace"),
    )
    return _with_user(access, user, user_file)


def _with_user(access: kopf.ConnectionInfo, user: Mapping[str, Any], path: Path) -> kopf.ConnectionInfo:
    if asked := next((name for name in _IMPERSONATION if user.get(name)), None):
        # Left out of account, it would be more rights than the file asks for.
        raise ConnectionFailure(
            f"{path} acts as another user ({asked}: {user[asked]}), which loom does not: give it a kubeconfig of that user's own."
        )
    if "exec" in user:
        return _with_plugin(access, user["exec"], path)
    token, expiration = user.get("token"), None
    if user.get("tokenFile"):
        token = Path(str(_file(user, "tokenFile", path))).read_text(encoding="ascii").strip()
        expiration = datetime.now(UTC) + _TOKEN_LIFE
    return replace(
        access,
        username=user.get("username"),
        password=user.get("password"),
        token=token,
        expiration=expiration,
        certificate_path=_file(user, "client-certificate", path),
        certificate_data=None if user.get("client-certificate") else user.get("client-certificate-data"),
        private_key_path=_file(user, "client-key", path),
        private_key_data=None if user.get("client-key") else user.get("client-key-data"),
    )


def _with_plugin(access: kopf.ConnectionInfo, plugin: Mapping[str, Any], path: Path) -> kopf.ConnectionInfo:
    """Ask a credential plugin, as Kubernetes docs, "client-go credential plugins", describe."""
    command = plugin["command"] if "/" not in plugin["command"] else str(path.parent / plugin["command"])
    request = {"apiVersion": plugin["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": False}}
    variables = {item["name"]: item["value"] for item in plugin.get("env") or ()}
    try:
        done = subprocess.run(
            [command, *(plugin.get("args") or ())],
            env={**os.environ, **variables, "KUBERNETES_EXEC_INFO": json.dumps(request)},
            capture_output=True,
            timeout=_PLUGIN_TIMEOUT,
            check=True,
        )
        status = json.loads(done.stdout)["status"]
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip()[-300:]
        raise ConnectionFailure(f"The credential plugin {command} failed: {words}") from None
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
        raise ConnectionFailure(
            f"The credential plugin {command} gave no credential ({type(error).__name__})."
        ) from None
    until = status.get("expirationTimestamp")
    return replace(
        access,
        token=status.get("token"),
        certificate_data=status.get("clientCertificateData"),
        private_key_data=status.get("clientKeyData"),
        expiration=datetime.fromisoformat(until) if until else None,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConnectionFailure(f"The kubeconfig {path} cannot be read: {error}") from None
    return content if isinstance(content, dict) else {}


def _file(section: Mapping[str, Any], name: str, kubeconfig: Path) -> str | None:
    """A path of a kubeconfig: relative ones are relative to the file that says so."""
    value = section.get(name)
    return str(kubeconfig.parent / Path(value).expanduser()) if value else None
