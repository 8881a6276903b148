"""`loom import` at a terminal: the YAML on one stream, words on the other, and a code that says how it went."""

import pytest
from typer.testing import CliRunner

from loom import import_command
from loom.cli import app
from loom.config import Settings
from loom.errors import CloudError, Refusal, Retry
from loom.estate import Imported, Wish

GIVEN = ["import", "--resource-group", "rg", "--subscription", "44444444-4444-4444-8444-444444444444"]


@pytest.fixture(autouse=True)
def _nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "LOOM_CONFIG",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_TENANT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
    ):
        monkeypatch.delenv(name, raising=False)


def test_the_yaml_goes_to_one_stream_and_the_notes_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(_settings: Settings, wish: Wish) -> Imported:
        return Imported(
            [{"kind": "AdminPlane"}, {"kind": "DataLandingZone", "name": wish.resource_group}], ["look here"]
        )

    monkeypatch.setattr(import_command, "import_estate", found)
    result = CliRunner().invoke(app, GIVEN)
    assert result.exit_code == 0
    assert result.stdout == "kind: AdminPlane\n---\nkind: DataLandingZone\nname: rg\n"
    assert result.stderr == "note: look here\n"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Refusal("InvalidSpec", "no hub"), "rg cannot be imported: no hub"),
        (CloudError("PermissionDenied", "AuthorizationFailed", "not for you", Retry.SLOWLY), "Azure could not be read"),
    ],
)
def test_an_error_is_a_sentence(monkeypatch: pytest.MonkeyPatch, error: Exception, says: str) -> None:
    async def fails(_settings: Settings, _wish: Wish) -> Imported:
        raise error

    monkeypatch.setattr(import_command, "import_estate", fails)
    result = CliRunner().invoke(app, GIVEN)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr


def test_without_a_tenant_nothing_is_asked() -> None:
    result = CliRunner().invoke(app, GIVEN)
    assert result.exit_code == 1
    assert "give --tenant" in result.stderr
