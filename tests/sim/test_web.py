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
