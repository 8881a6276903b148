"""Names of what a zone makes in Azure, each within its type's alphabet and length. It decides names and nothing else.

A zone's hash is eight hexadecimal characters of (tenant, subscription, domain, environment, location): the same zone gets the same
names for ever, and two zones never the same ones. Names that are unique in the world always carry it; the others carry it when they
must be cut. Lengths: Azure docs, "Naming rules and restrictions for Azure resources".
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.data_landing_zone import DataLandingZoneSpec, Environment
from loom.api.zone.names import Names
from loom.plan.ownership import Owner

DIAGNOSTICS = "diag-loom-stdz"

_SHORT = {Environment.DEVELOPMENT: "dev", Environment.TEST: "test", Environment.PRODUCTION: "prod"}

_SHORTEST = {Environment.DEVELOPMENT: "d", Environment.TEST: "t", Environment.PRODUCTION: "p"}


@dataclass(frozen=True, slots=True)
class ZoneNames:
    """The names of one zone's resources."""

    group: str
    network: str
    security_group: str
    route_table: str
    environment: str
    storage: str
    event_hubs: str
    service_bus: str
    cosmos: str
    key_vault: str
    front_door: str
    front_door_endpoint: str
    front_door_firewall: str
    application_gateway: str
    bastion: str
    vpn_gateway: str
    redis: str
    kusto_database: str
    databricks: str
    databricks_group: str
    access_connector: str
    synapse: str
    synapse_group: str
    hub_peering: str
    dns_link: str
    place: str

    def identity(self, app: str) -> str:
        """The name of the identity that an app runs as."""
        return fit(f"uami-{app}-{self.place}", 128)


def stable_hash(*parts: str) -> str:
    """Eight hexadecimal characters that only these parts, in this order and without regard to case, give."""
    return sha256("|".join(part.lower() for part in parts).encode()).hexdigest()[:8]


def fit(name: str, limit: int) -> str:
    """The name, or, where it is too long, its beginning and a hash of the whole."""
    return name if len(name) <= limit else f"{name[: limit - 9].rstrip('-')}-{stable_hash(name)}"


def hashed(stem: str, hash_: str, limit: int) -> str:
    """`<stem>-<hash>`, the stem cut where it must be: for names that always carry their hash."""
    return f"{stem[: limit - len(hash_) - 1].rstrip('-')}-{hash_}"


def zone_names(spec: DataLandingZoneSpec, plane: AdminPlaneSpec, owner: Owner) -> ZoneNames:
    """All names of a zone."""
    environment = _SHORT[spec.environment]
    place = f"{spec.domain}-{environment}-{spec.location}"
    unique = stable_hash(plane.tenant_id, spec.subscription_id, spec.domain, spec.environment, spec.location)
    given = spec.names or Names()
    return ZoneNames(
        group=given.resource_group or fit(f"rg-csa-loom-dlz-{place}", 90),
        network=given.network or fit(f"vnet-csa-loom-dlz-{place}", 64),
        security_group=given.security_group or fit(f"nsg-csa-loom-dlz-{place}", 80),
        route_table=given.route_table or fit(f"rt-csa-loom-dlz-{place}", 80),
        environment=given.environment or fit(f"cae-csa-loom-{place}", 60),
        storage=_given(spec.storage) or f"saloom{spec.domain.replace('-', '')[:10]}{unique}",
        event_hubs=_given(spec.event_hubs) or hashed(f"evhns-loom-{spec.domain}-{environment}", unique, 50),
        service_bus=_given(spec.service_bus) or hashed(f"sb-loom-{spec.domain}-{environment}", unique, 50),
        cosmos=_given(spec.cosmos) or hashed(f"cosmos-loom-{spec.domain}-{environment}", unique, 44),
        key_vault=_given(spec.key_vault)
        or f"kv{spec.domain.replace('-', '')[:10]}{_SHORTEST[spec.environment]}{unique}",
        front_door=fit(f"afd-csa-loom-{place}", 90),
        front_door_endpoint=fit(f"loom-{spec.domain}-{environment}", 46),
        front_door_firewall=f"wafloom{spec.domain.replace('-', '')}{environment}{unique}",
        application_gateway=fit(f"agw-csa-loom-{place}", 80),
        bastion=fit(f"bas-csa-loom-{place}", 80),
        vpn_gateway=fit(f"vpngw-csa-loom-{place}", 80),
        redis=_given(spec.redis) or hashed(f"redis-loom-{spec.domain}-{environment}", unique, 60),
        kusto_database=f"loomdb-{spec.domain}-{owner.hash}",
        databricks=_given(spec.databricks) or fit(f"adb-loom-{place}", 64),
        databricks_group=fit(f"rg-csa-loom-dlz-{place}-databricks", 90),
        access_connector=_given(spec.databricks and spec.databricks.access_connector) or fit(f"dbac-loom-{place}", 64),
        # What ends in -ondemand is a workspace's serverless SQL, so Azure takes that in no name.
        synapse=_given(spec.synapse)
        or hashed(f"syn-loom-{spec.domain.replace('ondemand', 'on-demand')}-{environment}", unique, 50),
        synapse_group=fit(f"rg-csa-loom-dlz-{place}-synapse", 90),
        # In networks and zones that many share, only the owner's hash says whose these are.
        hub_peering=f"peer-to-dlz-{spec.domain}-{owner.hash}",
        dns_link=f"link-to-dlz-{spec.domain}-{owner.hash}",
        place=place,
    )


class _Named(Protocol):
    @property
    def name(self) -> str | None: ...


def _given(part: _Named | None) -> str:
    """The name that the spec gives; "" where it gives none."""
    return (part.name if part else None) or ""


def endpoint(resource_name: str, group_id: str, owner_hash: str = "") -> str:
    """The name of a private endpoint; with the owner's hash where others may have endpoints of the same resource."""
    return fit("-".join(word for word in ("pe", resource_name, group_id, owner_hash) if word), 64)


def published(owner: Owner, part: str, limit: int = 80) -> str:
    """The name of something in an API Management service that many share: `<namespace>-<object>-<part>-<owner's hash>`."""
    stem = "-".join(word for word in (owner.namespace, owner.name, part) if word)
    room = limit - len(owner.hash) - 1
    return f"{fit(stem, room)}-{owner.hash}"
