"""Azure says no: each refusal has a reason that a person can look up and names what is missing; once it is lifted, work goes on."""

from collections.abc import Iterator

import pytest

from support.running import Azure, RunningOperator
from support.zones import LiveZone, Zones

SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"
STORAGE = "Microsoft.Storage/storageAccounts"
LOCKS = "Microsoft.Authorization/locks"
ROLES = ("Contributor", "User Access Administrator")


@pytest.fixture
def subscription(zones: Zones, namespace: str) -> str:
    """A subscription of the test's own, which a plane of its own (named after the namespace) grants to it."""
    number = int(namespace.rpartition("-")[2])
    found = f"30000000-0000-4000-8000-{number + 1000:012d}"
    zones.plane(found)
    return found


def stalls(zone: LiveZone, reason: str) -> str:
    """Waits until a person must act, and returns what is said."""
    words = zone.says("Ready", reason)
    assert words.startswith(zone.says("Stalled", reason).removesuffix("…"))  # cut, as Ready says it whole
    return words


def goes_on(zone: LiveZone) -> None:
    """Whoever lifted it asks for a look, and the zone becomes Ready."""
    zone.look()
    zone.becomes_ready()


def test_a_name_that_somebody_else_in_the_world_has(zones: Zones, azure: Azure, namespace: str) -> None:
    name = f"taken{namespace.replace('-', '')}"
    azure.simulator.call("POST", "/sim/names", {"space": "storage", "name": name})
    zone = zones.new("storage")
    filesystems = zone.spec["storage"]
    zone.apply(storage={**filesystems, "name": name})

    assert f"storage account named {name} is already taken" in stalls(zone, "NameTaken")

    zone.apply(storage=None)  # names are for life; an account that was never made may leave and come back with another
    zone.apply(storage=filesystems)
    zone.becomes_ready()


def test_a_quota_that_is_used_up(zones: Zones, azure: Azure) -> None:
    azure.settings(quotas={SECURITY_GROUP: 0})
    zone = zones.new("network")
    try:
        zone.apply()
        assert f"quota of 0 for {SECURITY_GROUP}" in stalls(zone, "QuotaExceeded")
    finally:
        azure.settings(quotas={})

    goes_on(zone)


def test_a_right_that_the_operator_lacks(zones: Zones, azure: Azure, namespace: str, subscription: str) -> None:
    scope = f"/subscriptions/{subscription}"
    azure.simulator.call("POST", "/sim/revoke", {"name": "operator", "scope": scope})
    azure.simulator.call("POST", "/sim/principals", {"name": "operator", "roles": [{"role": "Reader", "scope": scope}]})
    zone = zones.new(adminPlaneRef={"name": namespace}, subscriptionId=subscription)
    zone.apply()

    words = stalls(zone, "PermissionDenied")

    assert "Microsoft.Resources/subscriptions/resourcegroups/write" in words.replace("resourceGroups", "resourcegroups")
    assert zone.group in words
    roles = [{"role": role, "scope": scope} for role in ROLES]
    azure.simulator.call("POST", "/sim/principals", {"name": "operator", "roles": roles})
    goes_on(zone)


def test_a_provider_that_the_subscription_has_not_registered(
    zones: Zones, azure: Azure, namespace: str, subscription: str
) -> None:
    provider = {"subscription": subscription, "namespace": "Microsoft.Network"}
    azure.simulator.call("POST", "/sim/registrations", {**provider, "registered": False})
    zone = zones.new("network", adminPlaneRef={"name": namespace}, subscriptionId=subscription)
    zone.apply()

    command = f"az provider register --namespace Microsoft.Network --subscription {subscription}"
    assert command in stalls(zone, "ProviderNotRegistered")

    azure.simulator.call("POST", "/sim/registrations", provider)
    goes_on(zone)


def test_a_policy_that_forbids_a_resource_is_named(zones: Zones, azure: Azure) -> None:
    zone = zones.new("network")
    rule = {"name": "no-security-groups", "scope": zone.group, "types": [SECURITY_GROUP]}
    azure.simulator.call("POST", "/sim/policies", rule)
    zone.apply()

    assert "no-security-groups" in stalls(zone, "PolicyDenied")
    assert SECURITY_GROUP not in {found["type"] for found in zone.resources()}

    azure.heal()
    goes_on(zone)


def test_a_lock_that_somebody_put_there(zones: Zones, azure: Azure) -> None:
    zone = zones.ready()
    lock = f"{zone.group}/providers/{LOCKS}/theirs"
    azure.place(lock, {"properties": {"level": "ReadOnly"}})
    zone.apply(costCenter="CC-5")

    assert zone.group in stalls(zone, "Locked")
    assert zone.condition("InSync")["reason"] == "DriftFound"

    azure.remove(lock)
    goes_on(zone)
    assert {found["tags"]["CostCenter"] for found in zone.resources()} == {"CC-5"}


def test_a_change_that_azure_forbids(zones: Zones) -> None:
    zone = zones.ready("storage")
    account = zone.one(STORAGE)
    zone.azure.edit(account["id"], {"properties": {"isHnsEnabled": False}})

    zone.look()

    assert "properties.isHnsEnabled" in stalls(zone, "ImmutableInAzure")
    assert zone.one(STORAGE)["id"] == account["id"]
    zone.azure.edit(account["id"], {"properties": {"isHnsEnabled": True}})
    goes_on(zone)


@pytest.fixture
def expired(azure: Azure, operator: RunningOperator) -> Iterator[None]:
    """An operator whose client secret has expired, and which has no token left."""
    secret = azure.simulator.client_secret
    azure.simulator.call("POST", "/sim/principals", {"name": "operator", "secret": secret, "secretLife": 0.001})
    operator.restart()
    yield
    azure.simulator.call("POST", "/sim/principals", {"name": "operator", "secret": secret})
    operator.restart()


def test_a_credential_that_has_expired(zones: Zones, azure: Azure, expired: None) -> None:
    zone = zones.new()
    zone.apply()

    words = stalls(zone, "CredentialInvalid")

    client = azure.simulator.client_id
    assert words == (
        f"No token could be had: the client secret of application {client} has expired; make a new one and give it to the operator."
    )
    azure.simulator.call("POST", "/sim/principals", {"name": "operator", "secret": azure.simulator.client_secret})
    goes_on(zone)
