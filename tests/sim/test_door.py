"""The simulator's own door: seeding, editing, looking, saving."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loom.sim.clock import StandingClock
from loom.sim.door import state
from support.simulator import Simulator

from .shapes import ACCOUNT, EVENT_HUB, GROUPS, NAMESPACE, STORAGE, account, app_body, environment, group, within


def test_a_seeded_resource_is_ready_with_everything_above_it(azure: Simulator) -> None:
    foreign = "/subscriptions/44444444-0000-4000-8000-000000000000/resourceGroups/theirs"
    made = azure.door("POST", "/sim/resources", {"id": f"{account(foreign)}/blobServices/default/containers/bronze"})
    assert made.status == 201
    assert (
        azure.call("GET", f"{account(foreign)}?api-version={STORAGE}").body["properties"]["provisioningState"]
        == "Succeeded"
    )
    assert azure.call("GET", f"{foreign}?api-version={GROUPS}").status == 200


def test_many_are_seeded_in_one_call(azure: Simulator) -> None:
    rg = azure.group_id("rg")
    body = {"resources": [{"id": rg, "body": {"location": "westus2"}}, {"id": account(rg), "body": ACCOUNT}]}
    assert len(azure.door("POST", "/sim/resources", body).body["value"]) == 2
    assert azure.door("GET", f"/sim/resources?prefix={rg}").body["count"] == 3


def test_placing_no_resources_places_none(azure: Simulator) -> None:
    answer = azure.door("POST", "/sim/resources", {"resources": []})
    assert (answer.status, answer.body) == (201, {"value": []})


def test_a_person_in_the_portal_changes_and_deletes_behind_arms_back(azure: Simulator) -> None:
    rg = group(azure)
    before = azure.seed(account(rg), ACCOUNT)
    patch = {
        "id": account(rg),
        "body": {"tags": {"by": "hand"}, "properties": {"minimumTlsVersion": "TLS1_1", "accessTier": None}},
    }
    azure.door("PATCH", "/sim/resources", patch)
    after = azure.get(account(rg))
    assert before["tags"] == {}
    assert after is not None
    assert (after["tags"], after["properties"]["minimumTlsVersion"], "accessTier" in after["properties"]) == (
        {"by": "hand"},
        "TLS1_1",
        False,
    )
    assert azure.door("DELETE", f"/sim/resources?id={account(rg)}").status == 204
    assert azure.get(account(rg)) is None
    assert azure.door("PATCH", "/sim/resources", patch).status == 404


def test_a_state_can_be_ordered(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    shown = azure.edit(account(rg), {"properties": {"provisioningState": "ResolvingDNS"}})
    assert shown["properties"]["provisioningState"] == "ResolvingDNS"


def test_requests_are_counted_and_the_last_ones_kept(azure: Simulator) -> None:
    path = f"{account(group(azure))}?api-version={STORAGE}"
    azure.call("PUT", path, ACCOUNT)
    azure.call("GET", path)
    counted = azure.door("GET", "/sim/requests?last=1").body
    assert (counted["total"], counted["reads"], counted["writes"]) == (2, 1, 1)
    assert counted["byType"] == {"PUT Microsoft.Storage/storageAccounts": 1, "GET Microsoft.Storage/storageAccounts": 1}
    assert counted["byPrincipal"] == {"operator": 2}
    assert [item["method"] for item in counted["last"]] == ["GET"]
    azure.door("POST", "/sim/reset-counters")
    assert azure.door("GET", "/sim/requests").body["total"] == 0


def test_time_passes_on_command(azure: Simulator) -> None:
    path = account(group(azure))
    azure.call("PUT", f"{path}?api-version={STORAGE}", ACCOUNT)
    assert azure.door("POST", "/sim/clock", {"advance": 20}).body["now"] == 20
    shown = azure.get(path)
    assert shown is not None
    assert shown["properties"]["provisioningState"] == "Succeeded"


def test_the_page_is_for_people_and_escapes_what_it_shows(azure: Simulator) -> None:
    azure.call("GET", f"/subscriptions/{azure.subscription_id}/resourceGroups/<script>?api-version={GROUPS}")
    page = azure.door("GET", "/sim/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Microsoft.Resources/subscriptions" in page.body
    assert "<script>" not in page.body


def test_the_door_names_what_it_does_not_know(azure: Simulator) -> None:
    assert azure.door("GET", "/sim/nothing").status == 404
    assert "there is no setting 'typo'" in azure.door("PATCH", "/sim/settings", {"typo": 1}).body["error"]["message"]
    assert (
        azure.door("POST", "/sim/resources", {"id": "/subscriptions/x/resourceGroups/y/providers/A.B/c/d"}).status
        == 400
    )
    assert azure.door("POST", "/sim/resources", {}).status == 400


def test_a_saved_cloud_goes_on_where_it_stopped(azure: Simulator, home: Path) -> None:
    rg = group(azure)
    namespace = within(rg, "Microsoft.EventHub/namespaces", "evhns-loom")
    app = within(rg, "Microsoft.App/containerApps", "mirroring")
    body = app_body(environment(azure, rg))
    body["properties"]["configuration"]["secrets"] = [{"name": "key", "value": "hush"}]
    azure.call("PUT", f"{namespace}?api-version={EVENT_HUB}", NAMESPACE)
    azure.call("PUT", f"{app}?api-version=2026-01-01", body)
    azure.lock(rg)
    azure.policy("tagged", effect="modify", tags={"a": "b"})
    azure.fault("stuck", type="Microsoft.App/jobs")
    azure.advance(10)
    saved = json.loads(json.dumps(state.dump(azure.world)))

    later = Simulator(clock=StandingClock(saved["now"]), home=home)
    state.load(later.world, saved)
    assert later.ids() == azure.ids()
    assert json.loads(json.dumps(state.dump(later.world))) == saved
    later.advance(60)
    shown = later.get(namespace)
    assert shown is not None
    assert shown["properties"]["status"] == "Active"
    assert later.call("POST", f"{app}/listSecrets?api-version=2026-01-01").body["value"][0]["value"] == "hush"


def test_a_state_of_another_version_is_refused(azure: Simulator) -> None:
    with pytest.raises(ValueError, match="version 0"):
        state.load(azure.world, {"version": 0})
