"""APIs that apps describe, on the real adapters: imported, changed by the app, broken by it, and called through the gateway."""

import json
from typing import Any

import pytest
import pytest_asyncio

from loom.sim.app import serve
from loom.sim.wire import Request
from support.converged import PRODUCT, Converged
from support.said import a_function

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def workspaces(made: Converged) -> Converged:
    await made.begin(PRODUCT, "workspaces")
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def jobs(made: Converged) -> Converged:
    await made.begin(PRODUCT, "jobs")
    return made


def operations(estate: Converged, api: str) -> list[str]:
    prefix = f"{estate.ids[f'api/{api}']}/operations/"
    found = [arm_id.removeprefix(prefix) for arm_id in estate.azure.ids(prefix)]
    return [name for name in found if "/" not in name]


def console(estate: Converged) -> str:
    return next(arm_id for arm_id in estate.azure.ids() if arm_id.endswith("/containerApps/loom-console"))


def says(estate: Converged, **ordered: Any) -> None:
    """From now on the console answers what a person ordered; some time later."""
    answer = estate.azure.door("POST", "/sim/knobs", {"id": console(estate), "http": ordered})
    assert answer.status == 200
    estate.azure.advance(60)


def a_document(*names: str) -> str:
    paths = {f"/{name}": {"get": {"operationId": name, "responses": {"200": {"description": "ok"}}}} for name in names}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "Console", "version": "2"}, "paths": paths})


async def test_an_app_that_describes_itself_is_imported_and_called(workspaces: Converged) -> None:
    assert operations(workspaces, "workspaces") == ["getitem", "getstatus", "listitems"]
    app = workspaces.azure.get(console(workspaces))
    assert app is not None
    url = f"https://{app['properties']['configuration']['ingress']['fqdn']}"
    assert workspaces.body("backend/workspaces")["properties"]["url"] == url
    row = workspaces.play.status(workspaces.name)["apis"][0]
    assert (row["operations"], row["health"]) == (3, "Healthy")
    await workspaces.is_quiet()


async def test_the_gateway_passes_calls_on_to_the_app(workspaces: Converged) -> None:
    service = workspaces.ids["product"].partition("/products/")[0]
    subscription = f"{service}/subscriptions/tests"
    workspaces.azure.seed(
        subscription, {"properties": {"scope": workspaces.ids["product"], "displayName": "Tests", "state": "active"}}
    )
    keys = workspaces.azure.call("POST", f"{subscription}/listSecrets?api-version=2024-05-01").body
    headers = {"host": f"{service.rpartition('/')[2]}.azure-api.net", "Ocp-Apim-Subscription-Key": keys["primaryKey"]}
    answer = serve(workspaces.azure.world, Request.of("GET", "/finance/workspaces/items/7", None, headers))
    assert (answer.status, answer.body.get("path", answer.body)) == (200, "/items/7")


async def test_what_an_app_adds_is_imported_at_the_interval(workspaces: Converged) -> None:
    says(workspaces, document=a_document("status", "items"))
    workspaces.play.change(PRODUCT, lambda spec: spec["apis"][0].update(allowBreaking=True), workspaces.called)
    await workspaces.mend()
    assert operations(workspaces, "workspaces") == ["items", "status"]
    await workspaces.is_quiet()


async def test_what_an_app_takes_away_is_not_taken_from_callers(workspaces: Converged) -> None:
    says(workspaces, document=a_document("status"))
    await workspaces.look()
    row = workspaces.conditions()["SourceInSync"]
    assert (row["status"], row["reason"]) == ("False", "BreakingChange")
    assert "GET /items is gone" in row["message"]
    assert operations(workspaces, "workspaces") == ["getitem", "getstatus", "listitems"]


@pytest.mark.parametrize(
    ("ordered", "words"),
    [
        ({"status": 503}, "answered 503 where 200 was expected"),
        (
            {"status": 200, "body": "<html>Sign in</html>", "headers": {"Content-Type": "text/html"}},
            "answers a page (HTML)",
        ),
        ({"status": 302, "headers": {"Location": "https://evil.example.com/"}}, "which is another place"),
        ({"status": 200, "body": "x" * 5_000_000, "headers": {"Content-Type": "text/plain"}}, "is larger than 4 MB"),
    ],
    ids=["is ill", "wants a sign-in", "leads elsewhere", "says too much"],
)
async def test_an_app_that_says_nothing_good_leaves_what_stands(
    workspaces: Converged, ordered: dict[str, Any], words: str
) -> None:
    says(workspaces, **ordered)
    await workspaces.look()
    rows = workspaces.conditions()
    assert (rows["SourceInSync"]["reason"], rows["Ready"]["status"]) == ("SourceUnavailable", "True")
    assert words in rows["SourceInSync"]["message"]
    assert workspaces.writes() == []


async def test_an_app_whose_document_is_none_is_told_with_the_line(workspaces: Converged) -> None:
    says(workspaces, document='{"openapi": "3.0.3",\n "paths": []}')
    await workspaces.look()
    row = workspaces.conditions()["Ready"]
    assert row["reason"] == "InvalidOpenApi"
    assert "source.containerApp" in row["message"]


async def test_functions_become_operations_and_a_new_one_another(jobs: Converged) -> None:
    assert operations(jobs, "jobs") == ["get-getjob", "post-startjob"]
    assert jobs.body("backend/jobs")["properties"]["url"] == "https://func-contoso-finance.azurewebsites.net/api"
    site = next(arm_id for arm_id in jobs.azure.ids() if arm_id.endswith("/functions/startJob")).rpartition("/")[0]
    more = a_function("stopJob", "delete", route="jobs/{jobId}", level="function")
    jobs.azure.seed(f"{site}/stopJob", {"properties": {"config": more["properties"]["config"]}})
    jobs.azure.advance(60)
    await jobs.mend()
    assert operations(jobs, "jobs") == ["delete-stopjob", "get-getjob", "post-startjob"]
    await jobs.is_quiet()


async def test_an_operation_of_a_function_that_somebody_took_away_is_brought_back(jobs: Converged) -> None:
    jobs.azure.delete(f"{jobs.ids['api/jobs']}/operations/get-getjob")
    await jobs.mend()
    assert operations(jobs, "jobs") == ["get-getjob", "post-startjob"]
