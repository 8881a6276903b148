"""The ways in to a zone's apps, and what the status says of each: path by address, and what came of it."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.addresses import as_network, is_whole
from loom.api.schema import Cidr, Int, Location, Model, Rule, StatusModel, arm_id, named
from loom.api.status import Message, Time, Word


class OwnBastion(Model):
    """An Azure Bastion (Standard) in the zone's own network, in AzureBastionSubnet. It has no settings yet."""


class Bastion(Model):
    """The way in over Azure Bastion: the plane's, to a machine in its hub and through the peering, or one of the zone's own."""

    own: OwnBastion | None = None
    """{}: the zone gets a Bastion of its own, to machines in its own network. Omitted: the plane's."""


class External(Model):
    """The way in from the networks that are joined with the zone's. An internal environment has no public address, ever."""


class KeyVaultCertificate(Model):
    """A certificate with its private key in a Key Vault."""

    id: Annotated[str, arm_id("Microsoft.KeyVault/vaults")]
    """The vault's ARM id: the zone's own, or one within the scopes that the namespace was granted."""
    secret_name: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$", max_length=127)]
    """The certificate's name in the vault; its newest version is used."""


class Certificate(Model):
    """Where a certificate comes from."""

    key_vault: KeyVaultCertificate
    """A Key Vault. An identity of the gateway's own gets the right to read secrets there."""


HostName = Annotated[
    str, Field(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", max_length=253)
]


class FrontDoorHost(Model):
    """A host name of yours on Front Door."""

    name: HostName
    """The host, such as loom.contoso.com. Azure wants a proof that it is yours: status.reachability has the TXT record to set."""
    certificate: Certificate | None = None
    """The host's certificate. Omitted: Azure gets one and renews it, once the host is proven and leads to Front Door."""


class FirewallMode(StrEnum):
    """What a web application firewall does with a request that breaks its rules."""

    PREVENTION = "Prevention"
    DETECTION = "Detection"


class FrontDoor(Model):
    """An Azure Front Door (Premium) of the zone's own, with a firewall, into the environment by a private link."""

    waf_mode: FirewallMode = FirewallMode.PREVENTION
    """Prevention: the firewall refuses what breaks its rules. Detection: it only logs that."""
    hosts: Annotated[tuple[FrontDoorHost, ...], named(at_most=10)] = ()
    """Host names of yours, beside the one that Azure gives. Omitted: none."""
    private_link_location: Location | None = None
    """The Azure location whose private link Front Door uses; a near one is enough. Omitted: the zone's own, if it is one of those
    that offer it."""


class ApplicationGateway(Model):
    """An Application Gateway (WAF_v2) of the zone's own, in snet-application-gateway: https only, with a public address."""

    host_name: HostName
    """The host that it answers for, such as loom.contoso.com. Point it at the gateway's public address in your DNS zone."""
    certificate: Certificate
    """The host's certificate."""
    waf_mode: FirewallMode = FirewallMode.PREVENTION
    """Prevention: the firewall refuses what breaks its rules. Detection: it only logs that."""


class Vpn(Model):
    """A VPN gateway of the zone's own, point to site: people sign in with Microsoft Entra and get an address of the pool.

    The zone's network then uses no gateway of the hub's.
    """

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="clientAddressPool",
            cel=is_whole("self.clientAddressPool"),
            message="clientAddressPool is an IPv4 range that begins at its own first address, such as 172.16.0.0/24",
            holds=lambda v: as_network(v.client_address_pool) is not None,
        ),
    )

    client_address_pool: Cidr
    """The addresses that clients get, in CIDR notation, such as 172.16.0.0/24: of no network that they are to reach."""


class AccessPaths(Model):
    """The ways in to the zone's apps. Any of them opens the ingress of the app that they lead to, to callers from the networks."""

    bastion: Bastion | None = None
    """Over the admin plane's Azure Bastion and the peering with its hub. Omitted: not offered, and not looked at."""
    external: External | None = None
    """From the networks that are joined with the zone's. Omitted: not offered, and not looked at."""
    front_door: FrontDoor | None = None
    """From the internet, over an Azure Front Door; {} takes every default. Omitted: none is made."""
    application_gateway: ApplicationGateway | None = None
    """From the internet, over an Application Gateway in the zone's network. Omitted: none is made."""
    vpn: Vpn | None = None
    """From people's own machines, over a VPN gateway; making one takes up to three quarters of an hour. Omitted: none is made."""


class Reach(StatusModel):
    """One way in to one address, and what came of it when it was last tried."""

    path: Word
    """The way: Bastion, External, FrontDoor, ApplicationGateway or Vpn."""
    url: Annotated[str, Field(max_length=512)] | None = None
    """The address, as Azure reports it; absent until there is one."""
    result: Word
    """Reachable, Unreachable, Provisioning (not there yet, which is no failure), or Unknown: it could not be tried."""
    http_status: Int | None = None
    """The HTTP status that came. 401 and 403 are answers of the app and count as reachable; the ingress's own 404 does not."""
    probed_from: Word | None = None
    """Operator: by HTTP from where the operator runs. Arm: it cannot get there, and Azure's own word for the parts of the way counts, which
    proves no way from the internet."""
    since: Time | None = None
    """Since when the result is so."""
    message: Message | None = None
    """Why it is not reachable, in a sentence, and what to do."""
