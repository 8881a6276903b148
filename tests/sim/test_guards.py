"""Locks, policies, request budgets, faults."""

from __future__ import annotations

import pytest

from support.simulator import Simulator

from .shapes import ACCOUNT, EVENT_HUB, GROUPS, NAMESPACE, STORAGE, account, group, within


def test_a_lock_stops_deletion_of_its_scope_and_of_everything_around_it(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    lock = azure.lock(account(rg))
    one = azure.call("DELETE", f"{account(rg)}?api-version={STORAGE}")
    whole = azure.call("DELETE", f"{rg}?api-version={GROUPS}")
    write = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    assert [one.status, whole.status, write.status] == [409, 409, 200]
    assert one.body["error"]["code"] == "ScopeLocked"
    assert f"locked: '{account(rg)}'" in whole.body["error"]["message"]
    assert azure.call("DELETE", f"{lock}?api-version=2020-05-01").status == 200
    assert azure.call("DELETE", f"{account(rg)}?api-version={STORAGE}").status == 200


def test_a_read_only_lock_stops_writes_below_it(azure: Simulator) -> None:
    rg = group(azure)
    azure.lock(rg, "ReadOnly")
    answer = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    assert (answer.status, answer.body["error"]["code"]) == (409, "ScopeLocked")
    assert "cannot perform write operation" in answer.body["error"]["message"]


def test_a_policy_denies_by_name(azure: Simulator) -> None:
    rg = group(azure)
    azure.policy(
        "no-public",
        types=("Microsoft.Storage/storageAccounts",),
        path="properties.publicNetworkAccess",
        test="notEquals",
        value="Disabled",
    )
    refused = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    body = {**ACCOUNT, "properties": {"publicNetworkAccess": "Disabled"}}
    assert (refused.status, refused.body["error"]["code"]) == (403, "RequestDisallowedByPolicy")
    assert '"name":"no-public"' in refused.body["error"]["message"]
    assert refused.body["error"]["additionalInfo"][0]["type"] == "PolicyViolation"
    assert azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", body).status == 202


def test_a_policy_adds_tags_behind_the_writers_back(azure: Simulator) -> None:
    rg = group(azure)
    azure.policy("tagged", effect="modify", tags={"costCenter": "0"}, types=("Microsoft.EventHub/namespaces",))
    namespace = f"{within(rg, 'Microsoft.EventHub/namespaces', 'evhns-loom')}?api-version={EVENT_HUB}"
    answer = azure.call("PUT", namespace, {**NAMESPACE, "tags": {"own": "1"}})
    assert answer.body["tags"] == {"costCenter": "0", "own": "1"}


def test_policies_are_set_and_dropped_at_the_door(azure: Simulator) -> None:
    rg = group(azure)
    azure.door("POST", "/sim/policies", {"name": "none", "types": ["Microsoft.Storage/storageAccounts"]})
    refused = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT).status
    azure.door("DELETE", "/sim/policies?name=none")
    assert (refused, azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT).status) == (403, 202)


def test_budgets_run_out_and_refill_with_time(azure: Simulator) -> None:
    path = f"{group(azure)}?api-version={GROUPS}"
    first = azure.call("GET", path)
    statuses = [azure.call("GET", path).status for _ in range(250)]
    refused = azure.call("GET", path)
    assert first.headers["x-ms-ratelimit-remaining-subscription-reads"] == "249"
    assert first.headers["x-ms-ratelimit-remaining-subscription-global-reads"] == "16499"
    assert statuses == [200] * 249 + [429]
    assert refused.body["error"]["code"] == "SubscriptionRequestsThrottled"
    assert refused.headers["Retry-After"] == "1"
    azure.advance(1)
    assert [azure.call("GET", path).status for _ in range(26)] == [200] * 25 + [429]
    assert azure.requests()["throttled"] == 3


def test_callers_subscriptions_and_kinds_of_operation_have_budgets_of_their_own(azure: Simulator) -> None:
    rg, other = group(azure), azure.principal("other", roles=[("Reader", f"/subscriptions/{azure.subscription_id}")])
    path = f"{rg}?api-version={GROUPS}"
    for _ in range(251):
        azure.call("GET", path)
    second = f"/subscriptions/{azure.second_subscription_id}?api-version={GROUPS}"
    answers = [
        azure.call("GET", path),
        azure.call("GET", path, principal=other),
        azure.call("GET", second),
        azure.call("PUT", path, {"location": "eastus2"}),
    ]
    assert [answer.status for answer in answers] == [429, 200, 200, 200]


def test_storage_counts_its_lists_more_strictly(azure: Simulator) -> None:
    path = f"{group(azure)}/providers/Microsoft.Storage/storageAccounts?api-version={STORAGE}"
    statuses = [azure.call("GET", path).status for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    assert azure.call("GET", path).body["error"]["code"] == "TooManyRequests"


def test_a_providers_own_figure_takes_the_place_of_arms(azure: Simulator) -> None:
    namespace = f"{within(group(azure), 'Microsoft.EventHub/namespaces', 'evhns-loom')}?api-version={EVENT_HUB}"
    headers = azure.call("PUT", namespace, NAMESPACE).headers
    limits = [key for key in headers if "ratelimit" in key]
    assert limits == ["x-ms-ratelimit-remaining-subscription-resource-requests"]
    assert headers[limits[0]] == "49"


def test_throttling_and_access_can_be_switched_off(azure: Simulator) -> None:
    azure.settings(enforce_throttling=False, enforce_access=False)
    path = f"{group(azure)}?api-version={GROUPS}"
    assert {azure.call("GET", path, principal=azure.principal("nobody")).status for _ in range(300)} == {200}


def test_a_fault_strikes_as_often_as_ordered_and_only_what_it_names(azure: Simulator) -> None:
    rg = group(azure)
    azure.fault(
        "error",
        method="PUT",
        type="Microsoft.Storage/storageAccounts",
        status=503,
        code="ServiceUnavailable",
        retry_after=10,
        times=2,
    )
    path = f"{account(rg)}?api-version={STORAGE}"
    answers = [azure.call("PUT", path, ACCOUNT) for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 202]
    assert answers[0].body["error"]["code"] == "ServiceUnavailable"
    assert answers[0].headers["Retry-After"] == "10"
    assert azure.requests()["byStatus"]["503"] == 2


def test_a_fault_at_the_beginning_changes_nothing_and_one_in_flight_has_changed_it(azure: Simulator) -> None:
    rg = group(azure)
    azure.fault("cut", path="/begins$", when="begin")
    azure.fault("cut", path="/flies$", when="inflight")
    for name in ("begins", "flies"):
        answer = azure.call(
            "PUT", f"{rg}/providers/Microsoft.Storage/storageAccounts/{name}?api-version={STORAGE}", ACCOUNT
        )
        assert answer.fate == "cut"
    assert azure.get(account(rg, "begins")) is None
    assert azure.get(account(rg, "flies")) is not None


def test_an_operation_may_fail_late(azure: Simulator) -> None:
    rg = group(azure)
    azure.fault("failLate", type="Microsoft.Storage/storageAccounts", code="StorageCapacity", message="No room.")
    answer = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT)
    azure.advance(20)
    done = azure.call("GET", answer.headers["Location"])
    found = azure.get(account(rg))
    assert done.body == {"error": {"code": "StorageCapacity", "message": "No room."}}
    assert found is not None
    assert found["properties"]["provisioningState"] == "Failed"
    assert azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT).status == 200


def test_an_operation_may_never_end(azure: Simulator) -> None:
    rg = group(azure)
    azure.fault("stuck", type="Microsoft.EventHub/namespaces")
    namespace = within(rg, "Microsoft.EventHub/namespaces", "evhns-loom")
    azure.call("PUT", f"{namespace}?api-version={EVENT_HUB}", NAMESPACE)
    azure.advance(1_000_000)
    found = azure.get(namespace)
    assert found is not None
    assert found["properties"]["provisioningState"] == "Creating"


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "nonsense"},
        {"kind": "error", "when": "later"},
        {"kind": "error", "path": "("},
        {"kind": "error", "typo": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_at_the_door(azure: Simulator, rule: dict[str, object]) -> None:
    assert azure.door("POST", "/sim/faults", rule).status == 400
    assert azure.door("GET", "/sim/faults").body["value"] == []
