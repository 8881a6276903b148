"""The engine's cloud on the stock SDKs against the simulated Azure: what each method does, in good and in bad days."""

import logging
from pathlib import Path
from time import time
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from loom.cloud.azure import AzureCloud
from loom.cloud.credentials import refusal
from loom.cloud.factory import CloudFactory
from loom.config import Budget, Credentials
from loom.errors import CloudError, Retry
from loom.sim.entra.directory import Federation
from support.clouds import cloud_on, finished, settings_for
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
MARK = "test/team/DataLandingZone/finance"


@pytest.fixture
def group(azure: Simulator) -> str:
    group = azure.group_id("rg")
    azure.seed(group, {"location": "eastus2"})
    return group


def account_in(group: str, name: str = "saloomtest1") -> str:
    return f"{group}/providers/Microsoft.Storage/storageAccounts/{name}"


ACCOUNT = {"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}, "properties": {}}


async def refused(awaitable: Any) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await awaitable
    return caught.value


async def test_a_group_is_made_read_and_deleted(azure: Simulator, cloud: AzureCloud) -> None:
    group = azure.group_id("rg-new")
    assert await cloud.get(group) is None
    made = await cloud.put(group, {"location": "eastus2", "tags": {"a": "b"}})
    assert made.observed is not None
    assert made.observed.body["tags"] == {"a": "b"}
    deleting = await cloud.delete(group)
    assert deleting.operation is not None
    assert (await finished(azure, cloud, deleting)).observed is None
    assert await cloud.get(group) is None


async def test_an_account_is_made_by_a_long_operation_that_nobody_waits_for(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    written = await cloud.put(account_in(group), ACCOUNT)
    assert written.operation is not None
    assert written.wait > 1.0
    early = await cloud.poll(written.operation)
    assert early.operation is not None
    await finished(azure, cloud, early)
    found = await cloud.get(account_in(group))
    assert found is not None
    assert found.body["properties"]["provisioningState"] == "Succeeded"


async def test_what_a_put_sends_is_what_was_given(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one"
    written = await cloud.put(identity, {"location": "eastus2", "tags": {"csaloom-io-owner": MARK}})
    assert written.observed is not None
    assert written.observed.body["properties"]["principalId"]
    assert (azure.get(identity) or {})["tags"] == {"csaloom-io-owner": MARK}


async def test_deleting_what_is_not_there_is_done_at_once(cloud: AzureCloud, group: str) -> None:
    assert await cloud.delete(account_in(group)) == await cloud.delete(
        f"{account_in(group)}/blobServices/default/containers/c"
    )


async def test_a_list_holds_all_pages_with_their_properties(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    for number in range(230):
        azure.seed(f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-{number}")
    found = await cloud.list(
        f"/subscriptions/{azure.subscription_id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    )
    assert len({item.id for item in found}) == 230
    assert all(item.body["properties"]["principalId"] for item in found)


async def test_the_children_of_a_parent_are_listed_and_of_none_there_are_none(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    azure.seed(account_in(group), ACCOUNT)
    azure.seed(f"{account_in(group)}/blobServices/default/containers/bronze", {"properties": {}})
    found = await cloud.list(f"{account_in(group)}/blobServices/default/containers")
    assert [item.id.rpartition("/")[2] for item in found] == ["bronze"]
    assert await cloud.list(f"{account_in(group, 'saloomgone')}/blobServices/default/containers") == []
    assert await cloud.list(f"{azure.group_id('gone')}/providers/Microsoft.Storage/storageAccounts") == []


async def test_groups_are_listed_in_their_subscription(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    assert group in [item.id for item in await cloud.list(f"/subscriptions/{azure.subscription_id}/resourceGroups")]


async def test_what_carries_a_mark_is_found_groups_included(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    azure.seed(group, {"location": "eastus2", "tags": {"csaloom-io-owner": MARK}})
    azure.seed(account_in(group), {**ACCOUNT, "tags": {"csaloom-io-owner": MARK}})
    azure.seed(account_in(group, "saloomother"), {**ACCOUNT, "tags": {"csaloom-io-owner": f"{MARK}-2"}})
    assert sorted(await cloud.marked(azure.subscription_id, MARK)) == [group, account_in(group)]


async def test_the_members_of_a_group_are_its_top_level_resources(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    azure.seed(account_in(group), ACCOUNT)
    azure.seed(f"{account_in(group)}/blobServices/default/containers/bronze", {"properties": {}})
    assert await cloud.members(group) == [account_in(group)]
    assert await cloud.members(azure.group_id("gone")) == []


async def test_a_subscription_that_cannot_be_seen_is_an_error_and_not_an_absence(cloud: AzureCloud) -> None:
    group = "/subscriptions/99999999-9999-9999-9999-999999999999/resourceGroups/rg"
    assert (await refused(cloud.get(group))).code == "SubscriptionNotFound"
    assert (await refused(cloud.delete(group))).code == "SubscriptionNotFound"
    assert (
        await refused(cloud.list(f"{group}/providers/Microsoft.Storage/storageAccounts"))
    ).code == "SubscriptionNotFound"


async def test_a_role_that_exists_under_another_name_is_done(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    roles = f"{group}/providers/Microsoft.Authorization/roleAssignments"
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one"
    principal = azure.seed(identity)["properties"]["principalId"]
    azure.advance(120)
    definitions = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"
    definition = f"{definitions}/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    body = {
        "properties": {"principalId": principal, "principalType": "ServicePrincipal", "roleDefinitionId": definition}
    }
    first = await cloud.put(f"{roles}/11111111-1111-1111-1111-111111111111", body)
    second = await cloud.put(f"{roles}/22222222-2222-2222-2222-222222222222", body)
    assert first.observed is not None
    assert (second.observed, second.operation) == (None, None)


async def test_a_lock_and_a_policy_are_named(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    azure.seed(account_in(group), ACCOUNT)
    azure.lock(group)
    azure.policy("Corporate baseline", path="location", test="equals", value="eastus2")
    locked = await refused(cloud.delete(account_in(group)))
    denied = await refused(cloud.put(account_in(group, "saloomtest2"), ACCOUNT))
    assert (locked.reason, locked.retry) == ("Locked", Retry.SLOWLY)
    assert (denied.reason, denied.retry) == ("PolicyDenied", Retry.SLOWLY)
    assert "Corporate baseline" in denied.message


async def test_a_missing_right_names_the_action_and_the_scope(azure: Simulator, group: str) -> None:
    azure.principal("reader", roles=[("Reader", f"/subscriptions/{azure.subscription_id}")], secret="s3cret")
    reader = azure.world.directory.by_name("reader") if hasattr(azure.world.directory, "by_name") else None
    client = (
        reader.client_id
        if reader
        else azure.principal("reader-2", roles=[("Reader", group)], secret="s3cret").client_id
    )
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=client, client_secret=SecretStr("s3cret"))
    async with cloud_on(azure, credentials=credentials) as cloud:
        error = await refused(cloud.put(account_in(group), ACCOUNT))
    assert (error.reason, error.retry) == ("PermissionDenied", Retry.SLOWLY)
    assert f"lacks the permission Microsoft.Storage/storageAccounts/write on {account_in(group)}" in error.message


async def test_an_operation_that_fails_late_raises_its_own_error(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    azure.fault("failLate", method="PUT", code="InternalStorageError", message="The stamp is full.")
    written = await cloud.put(account_in(group), ACCOUNT)
    error = await refused(finished(azure, cloud, written))
    assert (error.reason, error.message) == ("OperationFailed", "The stamp is full.")


@pytest.mark.parametrize("kind", ["cut", "error"])
async def test_an_outage_is_an_error_that_passes(azure: Simulator, cloud: AzureCloud, group: str, kind: str) -> None:
    azure.fault(kind, method="GET", status=503, code="ServerBusy", times=0)
    error = await refused(cloud.get(group))
    assert (error.reason, error.retry) == ("CloudUnavailable", Retry.NOW)
    azure.clear_faults()
    assert await cloud.get(group) is not None


async def test_an_answer_that_never_comes_is_not_waited_for_for_ever(azure: Simulator, group: str) -> None:
    azure.fault("timeout", method="GET")
    async with cloud_on(azure, request_timeout=0.2) as cloud:
        error = await refused(cloud.get(group))
    assert (error.reason, error.message) == ("CloudUnavailable", "Azure did not answer in time; it is asked again")


async def test_nothing_is_tried_twice(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    azure.fault("error", method="GET", status=503, code="ServerBusy", retry_after=2.0, times=0)
    error = await refused(cloud.get(group))
    assert error.retry_after == 2.0
    assert azure.requests()["total"] == 1


async def test_a_provider_is_never_registered_behind_the_persons_back(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    azure.fault(
        "error",
        method="PUT",
        status=409,
        code="MissingSubscriptionRegistration",
        message="Not registered to 'Microsoft.Storage'.",
    )
    error = await refused(cloud.put(account_in(group), ACCOUNT))
    assert error.reason == "ProviderNotRegistered"
    assert f"az provider register --namespace Microsoft.Storage --subscription {azure.subscription_id}" in error.message
    assert azure.requests()["byMethod"] == {"PUT": 1}


async def test_a_429_is_obeyed_by_all_who_come_after(azure: Simulator, group: str) -> None:
    azure.fault("error", method="GET", status=429, code="SubscriptionRequestsThrottled", retry_after=0.3)
    seen: list[str] = []

    class Counting:
        def request(self, verb: str, kind: str, outcome: str, seconds: float) -> None:
            seen.append(f"{verb} {kind} {outcome}")

        def waited(self, seconds: float) -> None:
            if seconds > 0.2:
                seen.append("waited")

        def throttled(self, code: str) -> None:
            seen.append(code)

    async with cloud_on(azure, Counting()) as cloud:
        assert (await refused(cloud.get(group))).reason == "Throttled"
        assert await cloud.get(group) is not None
    assert seen == [
        "SubscriptionRequestsThrottled",
        "GET Microsoft.Resources/resourceGroups 429",
        "waited",
        "GET Microsoft.Resources/resourceGroups 200",
    ]


async def test_connections_are_used_again(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    opened = 0
    runner = azure.server._runner
    assert runner is not None
    assert runner.server is not None
    for _ in range(5):
        await cloud.get(group)
        opened = max(opened, len(runner.server.connections))
    assert opened == 1  # one, though tokens and ARM are on it too: a TLS context for each request would make six


async def test_requests_say_who_asks(
    azure: Simulator, cloud: AzureCloud, group: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="aiohttp.access"):
        await cloud.get(group)
    assert any('"csa-loom-operator/' in record.getMessage() for record in caplog.records)


async def test_a_secret_that_is_wrong_is_said_in_words(azure: Simulator, group: str) -> None:
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id, client_secret=SecretStr("wrong"))
    async with cloud_on(azure, credentials=credentials) as cloud:
        error = await refused(cloud.get(group))
    assert (error.reason, error.code) == ("CredentialInvalid", "AADSTS7000215")
    assert f"the client secret of application {azure.client_id} is wrong" in error.message


async def test_a_workload_identity_gets_its_token_by_its_file(azure: Simulator, group: str, tmp_path: Path) -> None:
    issuer, subject = "https://issuer.example", "system:serviceaccount:csa-loom-system:loom-operator"
    azure.world.operator.federations.append(Federation(issuer, subject))
    claims = {"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": int(time()) + 600}
    (tmp_path / "token").write_text(jwt.encode(claims, "k" * 32, algorithm="HS256"))
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id, token_file=tmp_path / "token")
    async with cloud_on(azure, credentials=credentials) as cloud:
        assert await cloud.get(group) is not None


async def test_a_service_account_that_nothing_trusts_is_said_in_words(
    azure: Simulator, group: str, tmp_path: Path
) -> None:
    claims = {
        "iss": "https://issuer.example",
        "sub": "s",
        "aud": "api://AzureADTokenExchange",
        "exp": int(time()) + 600,
    }
    (tmp_path / "token").write_text(jwt.encode(claims, "k" * 32, algorithm="HS256"))
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id, token_file=tmp_path / "token")
    async with cloud_on(azure, credentials=credentials) as cloud:
        error = await refused(cloud.get(group))
    assert f"application {azure.client_id} trusts no issuer like this cluster's" in error.message


async def test_a_token_file_that_holds_something_else_is_refused(azure: Simulator, group: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("not a token")
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id, token_file=tmp_path / "token")
    async with cloud_on(azure, credentials=credentials) as cloud:
        error = await refused(cloud.get(group))
    assert (error.reason, error.retry) == ("CredentialInvalid", Retry.SLOWLY)
    assert "not a token" not in error.message


async def test_a_token_file_that_is_not_there_is_said_in_words(azure: Simulator, group: str, tmp_path: Path) -> None:
    credentials = Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id, token_file=tmp_path / "token")
    async with cloud_on(azure, credentials=credentials) as cloud:
        error = await refused(cloud.get(group))
    assert error.reason == "CredentialInvalid"
    assert "No such file" in error.message


async def test_a_configuration_without_credentials_is_said_in_words(azure: Simulator) -> None:
    factory = CloudFactory(
        settings_for(azure, credentials=Credentials(tenant_id=azure.tenant_id, client_id=azure.client_id))
    )
    with pytest.raises(CloudError, match="lacks a client secret or the file of a federated token"):
        factory.own("AzureCloud")
    await factory.aclose()


async def test_a_certificate_that_is_not_trusted_is_said_in_words(azure: Simulator, group: str) -> None:
    async with cloud_on(azure, ca_bundle=None) as cloud:
        error = await refused(cloud.get(group))
    assert "is not trusted" in error.message
    assert "caBundle" in error.message


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("7000222", "has expired"),
        ("700213", "no federated credential"),
        ("90002", "does not exist in this cloud"),
        ("999", "AADSTS999: odd."),
    ],
)
def test_a_refused_token_says_what_to_do(number: str, words: str) -> None:
    said = f"AADSTS{number}: odd. Trace ID: 1bd944ab-401d-4420-9c2e-5539b7133c10 Timestamp: 2026-11-23 04:25:04Z"
    error = refusal(said, "tenant-1", "client-1")
    assert words in error.message
    assert "Trace" not in error.message


async def test_an_action_is_answered_with_its_body_or_with_nothing(
    azure: Simulator, cloud: AzureCloud, group: str
) -> None:
    service = f"{group}/providers/Microsoft.ApiManagement/service/apim-test"
    sku = {"name": "Developer", "capacity": 1}
    azure.seed(
        service, {"location": "eastus2", "sku": sku, "properties": {"publisherEmail": "a@b.c", "publisherName": "a"}}
    )
    subscription = f"{service}/subscriptions/partner"
    azure.seed(subscription, {"properties": {"scope": f"{service}/apis", "displayName": "partner"}})
    before = await cloud.act(subscription, "listSecrets")
    assert await cloud.act(subscription, "regenerateSecondaryKey") is None
    after = await cloud.act(subscription, "listSecrets")
    assert before["primaryKey"] == after["primaryKey"]
    assert before["secondaryKey"] != after["secondaryKey"]


async def test_an_action_that_is_refused_says_why(cloud: AzureCloud, group: str) -> None:
    error = await refused(cloud.act(f"{group}/providers/Microsoft.ApiManagement/service/none", "listSecrets"))
    assert error.code == "ResourceNotFound"


async def test_a_page_that_lies_elsewhere_is_not_followed(azure: Simulator, cloud: AzureCloud, group: str) -> None:
    principal = cloud._principal
    assert principal.owns(f"{azure.url}/subscriptions")
    assert not principal.owns("https://attacker.example/subscriptions")
    assert not principal.owns(azure.url.replace("https", "http"))
    assert not principal.owns(f"https://attacker.example/?{azure.url}")


async def test_budgets_are_kept_by_the_pipeline_itself(azure: Simulator, group: str) -> None:
    async with cloud_on(azure, budget=Budget(share=0.02, rate_scale=4.0)) as cloud:  # five at once, two a second
        for _ in range(5):
            await cloud.get(group)
        assert cloud._principal.pipeline is not None
        assert await cloud.get(group) is not None
    assert azure.requests()["throttled"] == 0
