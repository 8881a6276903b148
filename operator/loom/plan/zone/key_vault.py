"""The zone's key vault: private, by Azure roles, and the secrets that nobody gives but the zone needs.

A secret of ours is written once, by ARM, with a value that is made at that moment and that nobody keeps. Whether it is there is read by
ARM, which never returns the value; so it outlives every restart of the operator, and is never made anew.
"""

from collections.abc import Iterator

from loom.api.zone.key_vault import KeyVault
from loom.plan.arm_id import name_of
from loom.plan.resource import Resource
from loom.plan.values import Generated, Ref, Value
from loom.plan.zone.existing import existing
from loom.plan.zone.service import Service
from loom.plan.zone.site import SERVICES_READY, Site

KEY, FIELD = "key-vault", "keyVault"
_SOFT_DELETE_DAYS = 90


def key_vault(site: Site) -> Iterator[Resource]:
    """The vault, unless it exists already."""
    spec = site.spec.key_vault
    if spec is None:
        return
    if spec.existing:
        yield existing(site, KEY, spec.existing, {"properties": {"enableRbacAuthorization": True}})
    else:
        yield _made(site, spec)


def secret(site: Site, name: str, condition: str) -> Resource:
    """A secret called `name` that nobody gives: a random value, made when the secret is. `condition` speaks of it."""
    return Resource(
        key=f"secret/{name}",
        id=f"{site.key_vault}/secrets/{site.inner(FIELD, name)}",
        body={"properties": {}},
        depends_on=(KEY,),
        condition=condition,
        on_create={"properties": {"value": Generated(), "contentType": "text/plain", "attributes": {"enabled": True}}},
    )


def secret_uri(site: Site, name: str) -> str:
    """Where clients find the newest version of a secret called `name`; the host is the cloud's, never one out of a spec."""
    return f"https://{name_of(site.key_vault).lower()}.{site.suffixes.vaults}/secrets/{site.inner(FIELD, name)}"


def _made(site: Site, spec: KeyVault) -> Resource:
    properties: dict[str, Value] = {
        "tenantId": site.plane.tenant_id,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "accessPolicies": [],
        "enableSoftDelete": True,
        "enablePurgeProtection": True,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
    }
    return Resource(
        key=KEY,
        id=site.key_vault,
        body={"location": site.location, "tags": dict(site.tags), "properties": properties},
        depends_on=("group",),
        condition=SERVICES_READY,
        on_create={"properties": {"softDeleteRetentionInDays": spec.soft_delete_days or _SOFT_DELETE_DAYS}},
    )


KEY_VAULT = Service(
    field=FIELD,
    key=KEY,
    target=lambda site: site.key_vault,
    resources=key_vault,
    group_ids=lambda _: ("vault",),
    address=lambda _: Ref(KEY, "properties.vaultUri"),
)
