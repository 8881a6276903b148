"""Long operations in each of the styles that recorded traffic shows."""

from __future__ import annotations

from pathlib import Path

from loom.sim.clock import StandingClock
from support.simulator import Simulator

from .shapes import (
    ACCOUNT,
    APP,
    EVENT_HUB,
    NAMESPACE,
    NETWORK,
    STORAGE,
    account,
    app_body,
    environment,
    group,
    network,
    space,
    within,
)


def test_a_storage_account_is_accepted_empty_and_found_by_its_location(azure: Simulator) -> None:
    answer = azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", ACCOUNT)
    running = azure.call("GET", answer.headers["Location"])
    azure.advance(20)
    done = azure.call("GET", answer.headers["Location"])
    assert (answer.status, answer.body, answer.headers["Retry-After"]) == (202, None, "17")
    assert (running.status, running.body) == (202, None)
    assert (done.status, done.body["properties"]["provisioningState"]) == (200, "Succeeded")


def test_a_container_app_is_201_with_a_signed_url_and_polls_that_say_nothing_of_waiting(azure: Simulator) -> None:
    rg = group(azure)
    app = within(rg, "Microsoft.App/containerApps", "mirroring")
    answer = azure.call("PUT", f"{app}?api-version={APP}", app_body(environment(azure, rg)))
    poll = answer.headers["Azure-AsyncOperation"]
    running = azure.call("GET", poll)
    azure.advance(25)
    done = azure.call("GET", poll)
    assert (answer.status, answer.body["properties"]["provisioningState"], answer.headers["Retry-After"]) == (
        201,
        "InProgress",
        "15",
    )
    assert len(poll) > 3000
    assert "/Microsoft.App/locations/eastus2/containerappOperationStatuses/" in poll
    assert (running.status, running.body["status"], "Retry-After" in running.headers) == (200, "InProgress", False)
    assert done.body["status"] == "Succeeded"
    assert azure.call("PUT", f"{app}?api-version={APP}", app_body(environment(azure, rg))).status == 201


def test_a_container_app_goes_by_location_alone_newly_signed_at_each_poll(azure: Simulator) -> None:
    rg = group(azure)
    app = within(rg, "Microsoft.App/containerApps", "mirroring")
    azure.seed(app, app_body(environment(azure, rg)))
    answer = azure.call("DELETE", f"{app}?api-version={APP}")
    running = azure.call("GET", answer.headers["Location"])
    azure.advance(20)
    done = azure.call("GET", running.headers["Location"])
    assert (answer.status, "Azure-AsyncOperation" in answer.headers) == (202, False)
    assert running.headers["Location"] != answer.headers["Location"]
    assert (running.status, done.status) == (202, 204)
    assert azure.call("GET", f"{app}?api-version={APP}").status == 404


def test_an_event_hubs_namespace_says_nothing_but_its_state(azure: Simulator) -> None:
    namespace = f"{within(group(azure), 'Microsoft.EventHub/namespaces', 'evhns-loom')}?api-version={EVENT_HUB}"
    answer = azure.call("PUT", namespace, NAMESPACE)
    azure.advance(61)
    done = azure.call("GET", namespace)
    again = azure.call("PUT", namespace, NAMESPACE)
    changed = azure.call("PUT", namespace, {**NAMESPACE, "tags": {"a": "1"}})
    assert not {"Location", "Azure-AsyncOperation", "Retry-After"} & set(answer.headers)
    assert (answer.status, answer.body["properties"]["provisioningState"], answer.body["properties"]["status"]) == (
        201,
        "Creating",
        "Creating",
    )
    assert (done.body["properties"]["provisioningState"], done.body["properties"]["status"]) == ("Succeeded", "Active")
    assert (again.status, again.body["properties"]["provisioningState"]) == (200, "Succeeded")
    assert (changed.status, changed.body["properties"]["provisioningState"]) == (200, "Updating")


def test_an_unchanged_environment_is_answered_at_once(azure: Simulator) -> None:
    env = f"{within(group(azure), 'Microsoft.App/managedEnvironments', 'cae')}?api-version={APP}"
    body = {"location": "eastus2", "properties": {}}
    first = azure.call("PUT", env, body)
    azure.advance(150)
    second = azure.call("PUT", env, body)
    assert (first.status, first.body["properties"]["provisioningState"]) == (201, "Waiting")
    assert (second.status, second.body["properties"]["provisioningState"]) == (200, "Succeeded")
    assert "Azure-AsyncOperation" not in second.headers


def test_network_writes_carry_the_async_header_and_deletes_both(azure: Simulator) -> None:
    path = f"{network(group(azure))}?api-version={NETWORK}"
    put = azure.call("PUT", path, space("10.0.0.0/16"))
    azure.advance(10)
    delete = azure.call("DELETE", path)
    assert (put.status, put.body["properties"]["provisioningState"]) == (201, "Updating")
    assert "Azure-AsyncOperation" in put.headers
    assert {"Azure-AsyncOperation", "Location"} <= set(delete.headers)
    assert azure.call("GET", path).body["properties"]["provisioningState"] == "Deleting"
    azure.advance(10)
    assert azure.call("GET", delete.headers["Azure-AsyncOperation"]).body == {"status": "Succeeded"}


def test_polls_before_their_time_are_counted(azure: Simulator) -> None:
    answer = azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", ACCOUNT)
    azure.call("GET", answer.headers["Location"])
    azure.advance(17)
    azure.call("GET", answer.headers["Location"])
    assert (azure.requests()["polls"], azure.requests()["earlyPolls"]) == (2, 1)


def test_operation_urls_are_secrets_and_forged_ones_are_refused(azure: Simulator) -> None:
    answer = azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", ACCOUNT)
    assert azure.call("GET", answer.headers["Location"].split("&s=")[0]).status == 403


def test_below_a_second_of_real_time_the_wait_is_told_in_milliseconds(home: Path) -> None:
    clock = StandingClock()
    clock.speed = 600
    azure = Simulator(clock=clock, home=home)
    answer = azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", ACCOUNT)
    assert answer.headers["x-ms-retry-after-ms"] == "29"
    assert "Retry-After" not in answer.headers


def test_a_second_delete_answers_with_the_same_operation(azure: Simulator) -> None:
    path = f"{network(group(azure))}?api-version={NETWORK}"
    azure.seed(path.split("?")[0], space("10.0.0.0/16"))
    azure.call("DELETE", path)
    busy = azure.call("DELETE", path)
    assert busy.status == 202
    assert len(azure.world.operations.all()) == 1


def test_what_lives_in_an_account_waits_until_it_is_ready(azure: Simulator) -> None:
    rg = group(azure)
    azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    again = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    container = f"{account(rg)}/blobServices/default/containers/bronze?api-version={STORAGE}"
    early = azure.call("PUT", container, {"properties": {}})
    azure.advance(20)
    assert (again.status, again.body["error"]["code"]) == (409, "StorageAccountOperationInProgress")
    assert (early.status, early.body["error"]["code"]) == (409, "StorageAccountIsNotProvisioned")
    assert azure.call("PUT", container, {"properties": {}}).status == 201
