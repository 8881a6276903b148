"""What holds for every type: creation, reading, change, conditions, and ARM's own refusals."""

from __future__ import annotations

import pytest

from support.simulator import Simulator

from .shapes import ACCOUNT, DNS, GROUPS, IDENTITY, NETWORK, STORAGE, account, group, network, space, within


def code(answer: object) -> str:
    return str(answer.body["error"]["code"])  # type: ignore[attr-defined]


def test_a_group_is_made_read_changed_and_found_missing(azure: Simulator) -> None:
    path = f"{azure.group_id('new')}?api-version={GROUPS}"
    assert azure.call("GET", path).body["error"]["code"] == "ResourceGroupNotFound"
    assert azure.call("HEAD", path).status == 404
    assert azure.call("PUT", path, {"location": "East US 2"}).status == 201
    assert azure.call("PUT", path, {"location": "eastus2", "tags": {"a": "1"}}).status == 200
    assert azure.call("PATCH", path, {"tags": {"b": "2"}}).body["tags"] == {"a": "1", "b": "2"}
    assert azure.call("GET", path).body["properties"] == {"provisioningState": "Succeeded"}
    assert azure.call("HEAD", path).status == 204


def test_a_group_takes_everything_in_it_along_when_it_goes(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    answer = azure.call("DELETE", f"{rg}?api-version={GROUPS}")
    going = azure.call("PUT", f"{account(rg, 'saother')}?api-version={STORAGE}", ACCOUNT)
    assert (answer.status, answer.body, answer.headers["Retry-After"]) == (202, None, "15")
    assert code(going) == "ResourceGroupBeingDeleted"
    first = azure.call("GET", answer.headers["Location"])
    azure.advance(60)
    assert (first.status, azure.call("GET", answer.headers["Location"]).status) == (202, 200)
    assert first.headers["Location"] != answer.headers["Location"]
    assert azure.ids(rg) == []


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        (
            "{rg}/providers/Microsoft.Storage/storageAccounts/x1x?api-version=1999-01-01",
            400,
            "NoRegisteredProviderFound",
        ),
        ("{rg}/providers/Microsoft.Storage/storageAccounts/x1x", 400, "MissingApiVersionParameter"),
        ("{rg}/providers/Microsoft.Storage/nothing/x?api-version=2025-06-01", 404, "InvalidResourceType"),
        ("{rg}/providers/Microsoft.Nothing/x/y?api-version=2025-06-01", 404, "InvalidResourceNamespace"),
        ("{rg}/providers/Microsoft.Storage/storageAccounts/x1x?api-version=2025-06-01", 404, "ResourceNotFound"),
        ("{rg}x/providers/Microsoft.Storage/storageAccounts/x1x?api-version=2025-06-01", 404, "ResourceGroupNotFound"),
        (
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups?api-version=2025-04-01",
            404,
            "SubscriptionNotFound",
        ),
        ("{rg}/providers/Microsoft.EventHub/namespaces/namespace1?api-version=2026-01-01", 404, "NamespaceNotFound"),
    ],
)
def test_what_is_not_there_is_refused_as_arm_refuses_it(
    azure: Simulator, path: str, status: int, expected: str
) -> None:
    answer = azure.call("GET", path.format(rg=group(azure)))
    assert (answer.status, code(answer)) == (status, expected)


def test_the_gateway_says_in_a_header_that_it_was_the_one_who_missed_it(azure: Simulator) -> None:
    answer = azure.call("GET", f"{account(group(azure))}?api-version={STORAGE}")
    assert answer.headers["x-ms-failure-cause"] == "gateway"
    assert "'Microsoft.Storage/storageAccounts/saloom1' under resource group 'rg'" in answer.body["error"]["message"]


def test_an_unregistered_provider_must_be_registered_first(azure: Simulator) -> None:
    rg, namespace = group(azure), f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Storage"
    azure.door(
        "POST",
        "/sim/registrations",
        {"subscription": azure.subscription_id, "namespace": "Microsoft.Storage", "registered": False},
    )
    refused = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    registering = azure.call("POST", f"{namespace}/register?api-version={GROUPS}")
    azure.advance(30)
    registered = azure.call("GET", f"{namespace}?api-version={GROUPS}")
    assert (refused.status, code(refused)) == (409, "MissingSubscriptionRegistration")
    assert registering.body["registrationState"] == "Registering"
    assert registered.body["registrationState"] == "Registered"
    assert azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT).status == 202


def test_a_child_needs_its_parent(azure: Simulator) -> None:
    rg = group(azure)
    answer = azure.call(
        "PUT", f"{account(rg)}/blobServices/default/containers/bronze?api-version={STORAGE}", {"properties": {}}
    )
    assert (answer.status, code(answer)) == (404, "ParentResourceNotFound")


def test_names_follow_each_services_rule(azure: Simulator) -> None:
    rg = group(azure)
    wrong = {
        f"{account(rg, 'Not-Allowed')}?api-version={STORAGE}": (ACCOUNT, "AccountNameInvalid"),
        f"{network(rg, '-x')}?api-version={NETWORK}": (space("10.0.0.0/16"), "InvalidResourceName"),
        f"{within(rg, 'Microsoft.App/containerApps', 'two--dashes')}?api-version=2026-01-01": (
            ACCOUNT,
            "ContainerAppInvalidName",
        ),
        f"{within(rg, 'Microsoft.EventHub/namespaces', 'short')}?api-version=2026-01-01": (ACCOUNT, "BadRequest"),
    }
    for path, (body, expected) in wrong.items():
        answer = azure.call("PUT", path, body)
        assert (answer.status, code(answer)) == (400, expected), path


def test_globally_unique_names_are_taken_once_and_given_back(azure: Simulator) -> None:
    rg = group(azure)
    other = azure.group_id("other", azure.second_subscription_id)
    azure.seed(other, {"location": "eastus2"})
    azure.seed(account(rg), ACCOUNT)
    refused = azure.call("PUT", f"{account(other)}?api-version={STORAGE}", ACCOUNT)
    azure.delete(account(rg))
    assert (refused.status, code(refused)) == (409, "StorageAccountAlreadyTaken")
    assert azure.call("PUT", f"{account(other)}?api-version={STORAGE}", ACCOUNT).status == 202


def test_a_name_may_be_held_by_somebody_elses_tenant(azure: Simulator) -> None:
    rg = group(azure)
    azure.door("POST", "/sim/names", {"space": "servicebus", "name": "evhns-loom"})
    answer = azure.call(
        "PUT",
        f"{within(rg, 'Microsoft.EventHub/namespaces', 'evhns-loom')}?api-version=2026-01-01",
        {"location": "eastus2"},
    )
    assert (answer.status, code(answer)) == (400, "BadRequest")
    assert "name is not available" in answer.body["error"]["message"]


def test_what_cannot_be_changed_is_refused(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    path = f"{account(rg)}?api-version={STORAGE}"
    moved = azure.call("PUT", path, {**ACCOUNT, "location": "westus2"})
    flat = azure.call("PUT", path, {**ACCOUNT, "properties": {"isHnsEnabled": False}})
    assert (moved.status, code(moved)) == (409, "InvalidResourceLocation")
    assert (flat.status, code(flat)) == (409, "AccountPropertyCannotBeUpdated")
    assert azure.call("PUT", path, {**ACCOUNT, "location": "East US 2"}).status == 200


def test_an_unknown_region_is_refused(azure: Simulator) -> None:
    answer = azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", {**ACCOUNT, "location": "atlantis"})
    assert code(answer) == "LocationNotAvailableForResourceType"


def test_quota_stops_creation_and_not_change(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    azure.settings(quotas={"Microsoft.Storage/storageAccounts": 1})
    more = azure.call("PUT", f"{account(rg, 'saloom2')}?api-version={STORAGE}", ACCOUNT)
    assert (more.status, code(more)) == (409, "QuotaExceeded")
    assert azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT).status == 200


def test_a_put_replaces_and_a_patch_merges(azure: Simulator) -> None:
    identity = (
        f"{within(group(azure), 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id1')}?api-version={IDENTITY}"
    )
    made = azure.call("PUT", identity, {"location": "eastus2", "tags": {"a": "1"}})
    patched = azure.call("PATCH", identity, {"tags": {"b": "2"}})
    put = azure.call("PUT", identity, {"location": "eastus2"})
    assert patched.body["tags"] == {"a": "1", "b": "2"}
    assert put.body["tags"] == {}
    assert made.body["properties"] == put.body["properties"]


def test_etags_guard_against_lost_updates(azure: Simulator) -> None:
    rg = group(azure)
    zone = f"{within(rg, 'Microsoft.Network/privateDnsZones', 'example.com')}"
    azure.seed(zone, {"location": "global"})
    record = f"{zone}/A/www?api-version={DNS}"
    body = {"properties": {"ttl": 60, "aRecords": [{"ipv4Address": "10.0.0.4"}]}}
    made = azure.call("PUT", record, body, headers={"If-None-Match": "*"})
    again = azure.call("PUT", record, body, headers={"If-None-Match": "*"})
    stale = azure.call("PUT", record, body, headers={"If-Match": 'W/"old"'})
    same = azure.call("PUT", record, body, headers={"If-Match": made.headers["ETag"]})
    changed = azure.call("PUT", record, {"properties": {"ttl": 61}}, headers={"If-Match": made.headers["ETag"]})
    assert [made.status, again.status, stale.status, same.status, changed.status] == [201, 412, 412, 200, 200]
    assert code(stale) == "PreconditionFailed"
    assert made.body["etag"] == same.body["etag"] != changed.body["etag"]


def test_deleting_what_is_not_there_is_204(azure: Simulator) -> None:
    assert azure.call("DELETE", f"{account(group(azure))}?api-version={STORAGE}").status == 204


def test_ids_are_found_whatever_their_case(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    shouted = account(rg).replace("resourceGroups", "RESOURCEGROUPS").replace("storageAccounts", "STORAGEACCOUNTS")
    assert azure.call("GET", f"{shouted}?api-version={STORAGE}").body["id"] == account(rg)


def test_bodies_that_are_no_json_object_are_400(azure: Simulator) -> None:
    assert code(azure.call("PUT", f"{account(group(azure))}?api-version={STORAGE}", [1])) == "InvalidRequestContent"


def test_null_says_as_much_as_nothing(azure: Simulator) -> None:
    path = f"{account(group(azure))}?api-version={STORAGE}"
    nulls = {**ACCOUNT, "tags": None, "properties": {"networkAcls": None, "minimumTlsVersion": None}}
    assert azure.call("PUT", path, nulls).status == 202
    azure.advance(60)
    shown = azure.call("GET", path).body
    assert (shown["tags"], shown["properties"]["networkAcls"]["defaultAction"]) == ({}, "Allow")


def test_a_change_that_is_done_at_once_is_answered_with_what_it_made(azure: Simulator) -> None:
    path = account(group(azure))
    azure.seed(path, ACCOUNT)
    answer = azure.call("PATCH", f"{path}?api-version={STORAGE}", {"tags": {"team": "finance"}})
    assert (answer.status, answer.body["tags"]) == (200, {"team": "finance"})
