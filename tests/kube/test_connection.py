"""Reaching the API server: kubeconfigs as kubectl reads them, tokens read anew, and a sentence when something is missing."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from loom.kube import connection
from loom.kube.connection import ConnectionFailure, connect

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_other_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setattr(connection, "SERVICE_ACCOUNT", tmp_path / "no-service-account")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def kubeconfig(name: str = "config", context: str = "one", **user: Any) -> Path:
        path = tmp_path / name
        content = {
            "current-context": context,
            "contexts": [{"name": context, "context": {"cluster": context, "user": context, "namespace": "finance"}}],
            "clusters": [
                {"name": context, "cluster": {"server": f"https://{context}", "certificate-authority": "ca.pem"}}
            ],
            "users": [{"name": context, "user": user}],
        }
        path.write_text(yaml.safe_dump(content))
        return path

    return kubeconfig


def test_the_current_context_is_used(write: Write) -> None:
    access = connect(write(token="secret"))
    assert (access.server, access.token, access.default_namespace) == ("https://one", "secret", "finance")


@pytest.mark.parametrize("asked", [{"as": "rita"}, {"as-groups": ["zones"]}])
def test_a_kubeconfig_that_acts_as_another_user_is_refused_and_not_read_with_more_rights(
    write: Write, asked: dict[str, Any]
) -> None:
    with pytest.raises(ConnectionFailure, match=r"acts as another user .*that user's own"):
        connect(write(token="of an administrator", **asked))


def test_relative_files_are_beside_the_kubeconfig(write: Write, tmp_path: Path) -> None:
    assert connect(write()).ca_path == str(tmp_path / "ca.pem")


def test_KUBECONFIG_may_name_several_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write("a", context="one"), write("b", context="two", token="of two")
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    assert connect().server == "https://one"
    assert connect(context="two").token == "of two"


def test_a_token_file_is_read_at_each_login(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("first\n")
    path = write(tokenFile="token")
    assert connect(path).token == "first"
    (tmp_path / "token").write_text("second\n")
    access = connect(path)
    assert access.token == "second"
    assert access.expiration is not None


def test_a_pod_is_its_service_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(connection, "SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    (tmp_path / "token").write_text("of the pod")
    access = connect()
    assert (access.server, access.token, access.ca_path) == (
        "https://10.0.0.1:443",
        "of the pod",
        str(tmp_path / "ca.crt"),
    )


def test_a_credential_plugin_is_asked(write: Write) -> None:
    credential = {"status": {"token": "from the plugin", "expirationTimestamp": "2030-01-01T00:00:00Z"}}
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": [
            "-c",
            "import os; assert 'ExecCredential' in os.environ['KUBERNETES_EXEC_INFO']; print(os.environ['ANSWER'])",
        ],
        "env": [{"name": "ANSWER", "value": json.dumps(credential)}],
    }
    access = connect(write(exec=plugin))
    assert access.token == "from the plugin"
    assert access.expiration is not None
    assert access.expiration.year == 2030


def test_a_credential_plugin_that_fails_is_quoted(write: Write) -> None:
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", "import sys; sys.exit('please log in')"],
    }
    with pytest.raises(ConnectionFailure, match="please log in"):
        connect(write(exec=plugin))


def test_a_context_that_is_not_there_is_named_with_those_that_are(write: Write) -> None:
    with pytest.raises(ConnectionFailure, match=r"no context three.*one"):
        connect(write(), context="three")


def test_a_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailure, match="nothing-here"):
        connect(tmp_path / "nothing-here")


def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("current-context: one\ncontexts: [{name: one, context: {}}]\n")
    with pytest.raises(ConnectionFailure, match="not a kubeconfig"):
        connect(path)


def test_a_proxy_of_the_environment_is_used_unless_the_server_is_exempt(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "")
    assert connect(write()).proxy_url == "http://proxy:3128"
    monkeypatch.setenv("no_proxy", "one")
    assert connect(write()).proxy_url is None
