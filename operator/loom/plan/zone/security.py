"""The network's security groups: one for all subnets that Azure's own six rules suit, and one for each purpose that needs others.

Azure's own rules let the network and what is peered with it talk, and nobody from outside in. A service that is spoken to from
outside states what must be open for it. Databricks writes its rules itself, into a group of its own (Azure docs: Deploy Azure
Databricks in your virtual network), so that group has none of ours: rules that others put into a group stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.plan.naming import fit
from loom.plan.resource import Resource
from loom.plan.values import Value
from loom.plan.zone.layout import layout, room_of
from loom.plan.zone.site import NETWORK_READY, Site

SHARED = "nsg"


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule that allows something. Prefixes may be service tags; `ports` are single ones or ranges."""

    name: str
    priority: int
    source: str
    destination: str
    ports: tuple[str, ...]
    protocol: str = "Tcp"
    outbound: bool = False

    def rule(self) -> dict[str, Value]:
        """The rule as ARM takes it: one port stands alone, several in a list."""
        one = len(self.ports) == 1
        return {
            "name": self.name,
            "properties": {
                "priority": self.priority,
                "direction": "Outbound" if self.outbound else "Inbound",
                "access": "Allow",
                "protocol": self.protocol,
                "sourceAddressPrefix": self.source,
                "sourcePortRange": "*",
                "destinationAddressPrefix": self.destination,
                **({"destinationPortRange": self.ports[0]} if one else {"destinationPortRanges": list(self.ports)}),
            },
        }


OPENINGS: dict[str, tuple[Opening, ...]] = {
    SHARED: (),
    "nsg/databricks": (),
    # Azure docs: Application Gateway infrastructure configuration, Network security groups.
    "nsg/application-gateway": (
        Opening("AllowGatewayManagerInBound", 100, "GatewayManager", "*", ("65200-65535",)),
        Opening("AllowAzureLoadBalancerInBound", 110, "AzureLoadBalancer", "*", ("*",), "*"),
        Opening("AllowHttpsInBound", 120, "Internet", "*", ("443",)),
    ),
    # Azure docs: Working with NSG access and Azure Bastion. Bastion refuses a subnet whose group lacks one of these.
    "nsg/bastion": (
        Opening("AllowHttpsInBound", 120, "Internet", "*", ("443",)),
        Opening("AllowGatewayManagerInBound", 130, "GatewayManager", "*", ("443",)),
        Opening("AllowAzureLoadBalancerInBound", 140, "AzureLoadBalancer", "*", ("443",)),
        Opening("AllowBastionHostsInBound", 150, "VirtualNetwork", "VirtualNetwork", ("8080", "5701"), "*"),
        Opening("AllowSshRdpOutBound", 100, "*", "VirtualNetwork", ("22", "3389"), "*", outbound=True),
        Opening("AllowAzureCloudOutBound", 110, "*", "AzureCloud", ("443",), outbound=True),
        Opening(
            "AllowBastionHostsOutBound", 120, "VirtualNetwork", "VirtualNetwork", ("8080", "5701"), "*", outbound=True
        ),
        Opening("AllowSessionInformationOutBound", 130, "*", "Internet", ("80",), "*", outbound=True),
    ),
}
"""What each security group lets in and out, by its key in the plan."""


def security_groups(site: Site) -> Iterator[Resource]:
    """The groups that the zone's subnets use."""
    used = {room_of(name).security for name in layout(site.spec)}
    for key in OPENINGS:
        if key in used:
            rules = [opening.rule() for opening in OPENINGS[key]]
            body: dict[str, Value] = {"location": site.location, "tags": dict(site.tags)}
            yield Resource(
                key,
                security_group(site, key),
                {**body, "properties": {"securityRules": rules}} if rules else body,
                ("group",),
                NETWORK_READY,
            )


def security_group(site: Site, key: str) -> str:
    """The ARM id of the security group planned as `key`."""
    purpose = key.removeprefix(SHARED).replace("/", "-")
    return site.id("Microsoft.Network/networkSecurityGroups", fit(f"{site.names.security_group}{purpose}", 80))
