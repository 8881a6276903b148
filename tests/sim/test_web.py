"""Function Apps of the simulated Azure: functions tell where they are called, as ARM lists them."""

from typing import Any

from support.simulator import Simulator

from .shapes import group, within

VERSION = "2025-03-01"


def listed(azure: Simulator, **site: Any) -> list[dict[str, Any]]:
    app = within(group(azure), "Microsoft.Web/sites", "func")
    azure.seed(app, {"location": "eastus2", "properties": site})
    trigger = {"type": "httpTrigger", "authLevel": "function", "methods": ["get"], "route": "Jobs/{jobId}"}
    azure.seed(f"{app}/functions/getJob", {"properties": {"config": {"bindings": [trigger]}}})
    azure.seed(f"{app}/functions/nightly", {"properties": {"config": {"bindings": [{"type": "timerTrigger"}]}}})
    found: list[dict[str, Any]] = azure.call("GET", f"{app}/functions?api-version={VERSION}").body["value"]
    return found


def test_a_function_is_called_by_its_app_and_tells_its_address(azure: Simulator) -> None:
    job, nightly = listed(azure)
    assert (job["name"], nightly["name"]) == ("func/getJob", "func/nightly")
    assert job["properties"]["invoke_url_template"] == "https://func.azurewebsites.net/api/jobs/{jobid}"
    assert nightly["properties"]["invoke_url_template"] is None


def test_an_app_without_a_prefix_answers_at_its_root(azure: Simulator) -> None:
    job, _ = listed(azure, routePrefix="")
    assert job["properties"]["invoke_url_template"] == "https://func.azurewebsites.net/jobs/{jobid}"


def host_of(azure: Simulator) -> str:
    listed(azure)
    return f"{within(group(azure), 'Microsoft.Web/sites', 'func')}/host/default"


def keys(azure: Simulator, host: str) -> dict[str, Any]:
    found: dict[str, Any] = azure.call("POST", f"{host}/listkeys?api-version={VERSION}").body
    return found


def test_an_app_has_a_master_key_and_a_first_one_and_takes_more(azure: Simulator) -> None:
    host = host_of(azure)
    made = azure.call("PUT", f"{host}/functionKeys/mine?api-version={VERSION}", {"properties": {"value": "a-key"}})
    assert (made.status, made.body["properties"]) == (201, {"name": "mine", "value": "a-key"})
    found = keys(azure, host)
    assert sorted(found) == ["functionKeys", "masterKey", "systemKeys"]
    assert set(found["functionKeys"]) == {"default", "mine"}


def test_a_key_without_a_value_is_given_one(azure: Simulator) -> None:
    host = host_of(azure)
    made = azure.call("PUT", f"{host}/functionKeys/mine?api-version={VERSION}", {"properties": {}})
    assert keys(azure, host)["functionKeys"]["mine"] == made.body["properties"]["value"] != ""


def test_no_get_shows_a_key(azure: Simulator) -> None:
    host = host_of(azure)
    assert azure.call("GET", f"{host}/functionKeys/default?api-version={VERSION}").status == 405


def test_a_key_that_is_deleted_is_listed_no_more(azure: Simulator) -> None:
    host = host_of(azure)
    assert azure.call("DELETE", f"{host}/functionKeys/default?api-version={VERSION}").status == 204
    assert keys(azure, host)["functionKeys"] == {}
