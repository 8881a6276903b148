"""Host names of the zone's own on Front Door, each with its certificate: Azure's, or one of ours in a Key Vault.

Azure serves a host only when its owner has proven that it is theirs, by a TXT record in its DNS zone: a person's work, which nobody here
can do. Until then the host is not asked (Azure docs: Configure a custom domain on Azure Front Door).
"""

from collections.abc import Iterator

from loom.api.zone.access_paths import FrontDoor, FrontDoorHost
from loom.plan.checks import LinkCheck, WayCheck
from loom.plan.naming import fit
from loom.plan.resource import Resource
from loom.plan.values import Ref, Text, Value
from loom.plan.zone.site import REACHABLE, Site
from loom.plan.zone.ways.certificates import reader_key, readers, right_key

WAY = "front-door"
_STATE, _TOKEN = "properties.domainValidationState", "properties.validationProperties.validationToken"


def host_resources(site: Site, spec: FrontDoor) -> Iterator[Resource]:
    """The hosts, and what their certificates need."""
    yield from readers(site, WAY, (host.certificate for host in spec.hosts if host.certificate))
    for host in spec.hosts:
        if host.certificate:
            yield _secret(site, host)
        yield _host(site, host)


def host_checks(spec: FrontDoor, key: str) -> Iterator[WayCheck]:
    """Each host must be proven, and then lead to the app. `key`: what must hold before any of it can be asked."""
    for host in spec.hosts:
        mine = host_key(host)
        remedy = Text(f"set the TXT record _dnsauth.{host.name} to {{}}", (Ref(mine, _TOKEN),))
        yield WayCheck(
            key, f"way/{mine}", "FrontDoor", Text("https://{}", (Ref(mine, "properties.hostName"),)),
            first=LinkCheck(mine, _STATE, "Approved"), remedy=remedy,
        )  # fmt: skip


def host_key(host: FrontDoorHost) -> str:
    """The plan's key of a host."""
    return f"front-door/host/{host.name}"


def host_keys(spec: FrontDoor) -> tuple[str, ...]:
    """The plan's keys of all hosts."""
    return tuple(host_key(host) for host in spec.hosts)


def host_ids(site: Site, spec: FrontDoor) -> tuple[str, ...]:
    """The ids of all hosts."""
    return tuple(_id(site, "customDomains", host) for host in spec.hosts)


def _host(site: Site, host: FrontDoorHost) -> Resource:
    certificate: dict[str, Value] = {"certificateType": "ManagedCertificate"}
    needs: tuple[str, ...] = (WAY,)
    if host.certificate:
        certificate = {"certificateType": "CustomerCertificate", "secret": {"id": _id(site, "secrets", host)}}
        needs = (WAY, _secret_key(host))
    properties = {"hostName": host.name, "tlsSettings": {**certificate, "minimumTlsVersion": "TLS12"}}
    return Resource(host_key(host), _id(site, "customDomains", host), {"properties": properties}, needs, REACHABLE)


def _secret(site: Site, host: FrontDoorHost) -> Resource:
    assert host.certificate  # noqa: S101 - the caller has looked
    vault = host.certificate.key_vault
    source = {"id": f"{vault.id}/secrets/{vault.secret_name}"}
    properties = {
        "parameters": {"type": "CustomerCertificate", "secretSource": source, "useLatestVersion": True},
    }
    needs = (WAY, reader_key(WAY), right_key(WAY, vault.id))
    return Resource(_secret_key(host), _id(site, "secrets", host), {"properties": properties}, needs, REACHABLE)


def _secret_key(host: FrontDoorHost) -> str:
    return f"front-door/certificate/{host.name}"


def _id(site: Site, path: str, host: FrontDoorHost) -> str:
    return site.id(f"Microsoft.Cdn/profiles/{path}", site.names.front_door, fit(host.name.replace(".", "-"), 90))
