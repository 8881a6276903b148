"""The simulator's own door: seeding, editing, looking, saving."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loom.sim.clock import StandingClock
from loom.sim.door import state
from loom.sim.door.knobs import KNOBS
from loom.sim.guards.faults import KINDS
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
    assert "the simulator has no 'typo'" in azure.door("PATCH", "/sim/settings", {"typo": 1}).body["error"]["message"]
    assert (
        azure.door("POST", "/sim/resources", {"id": "/subscriptions/x/resourceGroups/y/providers/A.B/c/d"}).status
        == 400
    )
    assert azure.door("POST", "/sim/resources", {}).status == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "faults", {}, "a fault needs 'kind'"),
        ("POST", "faults", {"kind": "explode"}, "there is no fault 'explode'; there are error"),
        ("POST", "faults", {"kind": "error", "pathh": "x"}, "a fault has no 'pathh'; it has kind, method"),
        ("POST", "faults", {"kind": "error", "times": "twice"}, "times of a fault is a whole number, not 'twice'"),
        ("POST", "faults", {"kind": "error", "times": -1}, "strikes 0 times (always) or more"),
        ("POST", "faults", {"kind": "error", "method": "FETCH"}, "not 'FETCH'"),
        ("POST", "faults", {"kind": "error", "status": 42}, "from 100 to 599"),
        ("POST", "faults", {"kind": "error", "path": "("}, "is no regular expression"),
        ("POST", "faults", {"kind": "error", "type": "Microsoft.Storage/accounts"}, "has no type"),
        ("DELETE", "faults?id=none", None, "there is no fault 'none'"),
        ("POST", "knobs", {}, "POST /sim/knobs needs 'id'"),
        (
            "POST",
            "knobs",
            {"id": "loom-mcp", "failure": "CrashLoop"},
            "is no id of a resource that the simulator knows",
        ),
        ("POST", "policies", {"name": "p", "effect": "audit"}, "effect is deny or modify, not 'audit'"),
        ("POST", "policies", {"name": "p", "types": "x"}, "types of a policy is a list of texts"),
        ("POST", "revoke", {"name": "nobody"}, "the tenant has nobody called 'nobody'"),
        ("POST", "clock", {"advance": -5}, "0 or more, not -5"),
        ("POST", "clock", {"advance": "soon"}, "a number of simulated seconds"),
        ("PATCH", "settings", {"role_delay": "soon"}, "role_delay of the simulator is a number, not 'soon'"),
        ("POST", "subscriptions", {}, "POST /sim/subscriptions needs 'id'"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_a_sentence(
    azure: Simulator, method: str, path: str, body: dict[str, object] | None, says: str
) -> None:
    before = (len(azure.world.faults.rules), dict(azure.world.knobs), azure.world.settings.as_json())
    answer = azure.door(method, f"/sim/{path}", body)
    assert (answer.status, says in answer.body["error"]["message"]) == (400, True), answer.body
    assert (len(azure.world.faults.rules), azure.world.knobs, azure.world.settings.as_json()) == before


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"failure": "Explodes"}, "failure is one of"),
        ({"gateway": {"status": 503}}, "has no knob 'gateway'; it has failure, details, http"),
        ({"http": 503}, "http is an object {status, body, document, headers}, not 503"),
        ({"http": {"state": 503}}, "http has no 'state'"),
        ({"http": {"status": 7}}, "from 100 to 599, not 7"),
        ({"details": 5}, "details is a text, not 5"),
    ],
)
def test_a_knob_that_is_not_there_or_takes_another_value_is_named(
    azure: Simulator, order: dict[str, object], says: str
) -> None:
    app = within(group(azure), "Microsoft.App/containerApps", "mirroring")
    azure.seed(app, app_body(environment(azure, azure.group_id("rg"))))
    answer = azure.door("POST", "/sim/knobs", {"id": app, **order})
    assert (answer.status, says in answer.body["error"]["message"]) == (400, True), answer.body
    assert azure.world.knobs == {}


def test_what_has_no_knob_says_what_has(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    answer = azure.door("POST", "/sim/knobs", {"id": account(rg), "failure": "CrashLoop"})
    assert (
        "there is no knob for a Microsoft.Storage/storageAccounts; there are some for"
        in answer.body["error"]["message"]
    )


def test_the_page_says_what_may_be_ordered(azure: Simulator) -> None:
    page = azure.door("GET", "/sim/").body
    assert all(f"<code>{knob.name}</code>" in page for knob in KNOBS)
    assert all(kind in page for kind in KINDS)
    assert all(f"<code>{name}</code>" in page for name in azure.world.settings.as_json())


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
