from __future__ import annotations

from typing import Any

import pytest

from support.simulator import Simulator

from .shapes import ACCOUNT, APP, GROUPS, IDENTITY, NETWORK, STORAGE, account, group, network, space, within


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer.body["value"]]


def test_lists_of_a_type_have_properties_and_the_generic_list_has_none(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), {**ACCOUNT, "tags": {"a": "1"}})
    subscription = f"/subscriptions/{azure.subscription_id}"
    of_type = azure.call(
        "GET", f"{subscription}/providers/Microsoft.Storage/storageAccounts?api-version={STORAGE}"
    ).body["value"]
    in_group = azure.call("GET", f"{rg}/providers/Microsoft.Storage/storageAccounts?api-version={STORAGE}").body[
        "value"
    ]
    generic = azure.call("GET", f"{subscription}/resources?api-version={GROUPS}").body["value"]
    assert of_type == in_group == [azure.get(account(rg))]
    assert [(item["name"], item["tags"], "properties" in item) for item in generic] == [("saloom1", {"a": "1"}, False)]


def test_the_generic_list_has_top_level_resources_only(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(network(rg), space("10.0.0.0/16"))
    azure.seed(f"{network(rg)}/subnets/a", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    azure.lock(rg)
    assert names(azure.call("GET", f"{rg}/resources?api-version={GROUPS}")) == ["vnet"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tagName eq 'owner' and tagValue eq 'me'", ["one"]),
        ("tagName eq 'OWNER'", ["one", "two"]),
        ("startswith(tagName, 'own')", ["one", "two"]),
        ("resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities'", ["one", "two"]),
        ("resourceType eq 'Microsoft.Storage/storageAccounts'", []),
        ("resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities' and name eq 'two'", ["two"]),
        ("name eq 'one' or name eq 'two'", ["one", "two"]),
    ],
)
def test_resources_are_found_by_tag_and_type(azure: Simulator, text: str, expected: list[str]) -> None:
    rg = group(azure)
    for name, owner in (("one", "me"), ("two", "you")):
        azure.seed(
            within(rg, "Microsoft.ManagedIdentity/userAssignedIdentities", name),
            {"location": "eastus2", "tags": {"owner": owner}},
        )
    assert names(azure.call("GET", f"{rg}/resources?api-version={GROUPS}&$filter={text}")) == expected


def test_a_filter_that_arm_does_not_know_is_refused(azure: Simulator) -> None:
    answer = azure.call("GET", f"{group(azure)}/resources?api-version={GROUPS}&$filter=color eq 'red'")
    assert answer.body["error"]["code"] == "InvalidFilterInQueryString"


def test_pages_hold_everything_once_even_when_something_goes_in_between(azure: Simulator) -> None:
    rg = group(azure)
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    for number in range(250):
        azure.seed(within(rg, kind, f"id{number:03}"), {"location": "eastus2"})
    url, found, pages = f"{rg}/providers/{kind}?api-version={IDENTITY}", [], 0
    while url:
        answer = azure.call("GET", url)
        found += names(answer)
        pages += 1
        if pages == 1:
            azure.delete(within(rg, kind, "id000"))
        url = answer.body.get("nextLink", "")
    assert pages == 3
    assert found == [f"id{number:03}" for number in range(250)]


def test_top_makes_pages_smaller(azure: Simulator) -> None:
    rg = group(azure)
    for name in ("one", "two", "three"):
        azure.seed(within(rg, "Microsoft.ManagedIdentity/userAssignedIdentities", name), {"location": "eastus2"})
    answer = azure.call("GET", f"{rg}/resources?api-version={GROUPS}&$top=2")
    assert names(answer) == ["one", "two"]
    assert names(azure.call("GET", answer.body["nextLink"])) == ["three"]


def test_children_are_listed_per_parent_and_not_per_subscription(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    for name in ("bronze", "silver"):
        azure.seed(f"{account(rg)}/blobServices/default/containers/{name}", {})
    containers = azure.call("GET", f"{account(rg)}/blobServices/default/containers?api-version={STORAGE}")
    orphans = azure.call("GET", f"{network(rg)}/subnets?api-version={NETWORK}")
    everywhere = azure.call(
        "GET",
        f"/subscriptions/{azure.subscription_id}/providers/Microsoft.App/containerApps/revisions?api-version={APP}",
    )
    assert names(containers) == ["bronze", "silver"]
    assert (orphans.status, orphans.body["error"]["code"]) == (404, "ResourceNotFound")
    assert everywhere.status == 404


def test_groups_are_listed_and_found_by_tag(azure: Simulator) -> None:
    azure.seed(azure.group_id("a"), {"location": "eastus2", "tags": {"owner": "me"}})
    azure.seed(azure.group_id("b"), {"location": "eastus2"})
    path = f"/subscriptions/{azure.subscription_id}/resourcegroups?api-version={GROUPS}"
    assert names(azure.call("GET", path)) == ["a", "b"]
    assert names(azure.call("GET", f"{path}&$filter=tagName eq 'owner' and tagValue eq 'me'")) == ["a"]


def test_the_generic_list_may_lag(azure: Simulator) -> None:
    rg = group(azure)
    azure.settings(list_lag=10)
    azure.seed(account(rg), ACCOUNT)
    early = names(azure.call("GET", f"{rg}/resources?api-version={GROUPS}"))
    azure.advance(10)
    assert (early, names(azure.call("GET", f"{rg}/resources?api-version={GROUPS}"))) == ([], ["saloom1"])
