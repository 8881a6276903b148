"""The configuration: file and environment, the environment first; a wrong key is named, a secret is not shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loom.cli import app
from loom.configure import ConfigError, explain, load

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.startswith(("LOOM_", "AZURE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(text: str) -> Path:
        path = tmp_path / "loom.yaml"
        path.write_text(text)
        return path

    return file


def test_nothing_needs_to_be_said() -> None:
    settings = load()
    assert settings.clouds.named("AzureUSGovernment").authority == "https://login.microsoftonline.us"
    assert settings.installation == ""


def test_the_file_is_obeyed(write: Write) -> None:
    settings = load(write("installation: prod\npollInterval: 1m30s\nconnectTo: {'*.example.com': 'localhost:1'}\n"))
    assert (settings.installation, settings.poll_interval) == ("prod", 90.0)
    assert settings.connect_to == {"*.example.com": "localhost:1"}


def test_the_environment_wins_over_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOM_POLL_INTERVAL", "5s")
    monkeypatch.setenv("LOOM_CLOUDS__AZURE_CLOUD__AUTHORITY", "https://localhost:2")
    settings = load(write("pollInterval: 60s\nclouds: {AzureCloud: {resourceManager: 'https://localhost:1'}}\n"))
    cloud = settings.clouds.azure_cloud
    assert settings.poll_interval == 5.0
    assert (cloud.resource_manager, cloud.authority) == ("https://localhost:1", "https://localhost:2")
    assert cloud.audience == "https://management.azure.com"


def test_LOOM_CONFIG_names_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOM_CONFIG", str(write("installation: prod\n")))
    assert load().installation == "prod"


def test_variables_of_workload_identity_are_understood(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", "from the webhook")
    monkeypatch.setenv("AZURE_TENANT_ID", "from the webhook")
    settings = load(write("credentials: {tenantId: from the file}\n"))
    assert (settings.credentials.client_id, settings.credentials.tenant_id) == ("from the webhook", "from the file")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pollIntervall: 5s", "pollIntervall: there is no such setting. Did you mean pollInterval?"),
        (
            "clouds: {AzureCloud: {resourceManger: 'https://x'}}",
            "clouds.AzureCloud.resourceManger: there is no such setting. Did you mean resourceManager?",
        ),
        ("frobnicate: 1", "frobnicate: there is no such setting."),
        ("requestTimeout: 5 minutes", "requestTimeout: write a duration such as 30s, 10m or 1m30s"),
        ("clouds: {AzureCloud: {resourceManager: 'http://plain'}}", "clouds.AzureCloud.resourceManager: "),
        ("installation: Not-A-Name", "installation: "),
        ("- a list", "must hold a mapping"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(write: Write, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(text))
    assert sentence in str(caught.value)


def test_every_wrong_key_is_named_at_once(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write("pollIntervall: 5s\nworkerss: 3\n"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_variable_that_no_setting_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOM_WORKER", "3")
    with pytest.raises(ConfigError, match=r"LOOM_WORKER: there is no such setting\. Did you mean LOOM_WORKERS\?"):
        load()


def test_variables_that_a_kubelet_injects_for_a_service_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOM_OPERATOR_SERVICE_HOST", "10.0.0.7")
    monkeypatch.setenv("LOOM_OPERATOR_PORT_8080_TCP_ADDR", "10.0.0.7")
    monkeypatch.setenv("LOOM_OPERATOR_PORT", "tcp://10.0.0.7:8080")
    assert load().installation == ""


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.yaml cannot be read: No such file or directory$"):
        load(tmp_path / "nothing.yaml")


def test_every_setting_is_explained() -> None:
    assert [key for _, key, words in explain() if not words] == []


def test_a_described_setting_is_whole_in_a_narrow_terminal_and_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = CliRunner().invoke(app, ["config", "--describe"]).output.splitlines()
    assert lines[::2] == [f"{key}  {variable}" for variable, key, _ in explain()]
    assert lines[1::2] == [f"    {words}" for _, _, words in explain()]


def test_a_time_below_a_second_is_printed_as_it_can_be_read(write: Write) -> None:
    printed = CliRunner().invoke(app, ["config", "--config", str(write("pollInterval: 0.25"))]).output
    assert "pollInterval: 250ms" in printed
    assert load(write(printed)).poll_interval == 0.25


def test_config_prints_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush")
    result = CliRunner().invoke(app, ["config"])
    assert result.exit_code == 0
    assert "pollInterval: 60s" in result.output
    assert "hush" not in result.output


def test_what_config_prints_is_a_file_that_can_be_read_again(write: Write) -> None:
    first = CliRunner().invoke(app, ["config"]).output
    again = CliRunner().invoke(app, ["config", "--config", str(write(first))]).output
    assert again.replace("'**********'", "''") == first.replace("'**********'", "''")


def test_run_needs_an_installation() -> None:
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 1
    assert "installation: required to run" in result.output
