"""The key vault of a zone, and the secrets that nobody gives."""

from loom.plan.kinds import KINDS
from loom.plan.naming import zone_names
from loom.plan.resource import Mode, Plan
from loom.plan.values import Generated, at
from loom.plan.zone.key_vault import secret, secret_uri
from loom.plan.zone.site import Site, site_of
from support.plans import plan_of
from support.worlds import SPOKE, TENANT, Obj, grant, plane_object, world, zone_object

SHARED = f"/subscriptions/{SPOKE}/resourceGroups/rg-shared"
VAULT = f"{SHARED}/providers/Microsoft.KeyVault/vaults/kv-shared"


def zone(**vault: object) -> Obj:
    return zone_object(keyVault=vault)


def planned(obj: Obj) -> Plan:
    return plan_of(obj, world(obj, plane_object(grants=[grant(scopes=[SHARED])])))


def site(obj: Obj) -> Site:
    context = world(obj)
    assert context.plane is not None
    return site_of(KINDS["DataLandingZone"].parse(obj), context.plane, context.owner)


def test_a_vault_goes_by_roles_is_closed_and_is_never_purged_early() -> None:
    found = planned(zone()).find("key-vault")
    properties = at(found.body, "properties")
    assert (properties["enableRbacAuthorization"], properties["enablePurgeProtection"]) == (True, True)
    assert (properties["publicNetworkAccess"], properties["tenantId"]) == ("Disabled", TENANT)
    assert at(found.on_create, "properties.softDeleteRetentionInDays") == 90


def test_a_vault_is_reached_through_an_endpoint_of_its_own() -> None:
    keys = {resource.key for resource in planned(zone()).resources}
    assert {
        "endpoint/key-vault-vault",
        "endpoint/key-vault-vault/dns",
        "dns-link/vault",
        "diagnostics/key-vault",
    } <= keys


def test_an_attached_vault_must_go_by_roles() -> None:
    found = planned(zone(existing={"id": VAULT})).find("key-vault")
    assert (found.mode, at(found.body, "properties.enableRbacAuthorization")) == (Mode.EXISTING, True)


def test_names_of_vaults_are_short_and_carry_the_hash_of_the_zone() -> None:
    obj = zone_object(keyVault={}, domain="a-very-long-domain-of-the-company")
    context = world(obj)
    assert context.plane is not None
    name = zone_names(site(obj).spec, context.plane, context.owner).key_vault
    assert name.startswith("kvaverylongd")
    assert len(name) <= 24


def test_a_secret_that_nobody_gives_declares_nothing_and_is_generated_at_creation() -> None:
    found = secret(site(zone()), "session-secret", "BackingServicesWired")
    assert found.key == "secret/session-secret"
    assert found.body == {"properties": {}}
    assert at(found.on_create, "properties.value") == Generated()


def test_a_secret_in_a_vault_that_others_share_has_a_name_that_only_we_form() -> None:
    ours, theirs = site(zone()), site(zone(existing={"id": VAULT}))
    assert str(secret(ours, "session-secret", "x").id).endswith("/secrets/session-secret")
    assert str(secret(theirs, "session-secret", "x").id) == f"{VAULT}/secrets/session-secret-{theirs.owner.hash}"
    uri = f"https://kv-shared.vault.azure.net/secrets/session-secret-{theirs.owner.hash}"
    assert secret_uri(theirs, "session-secret") == uri
