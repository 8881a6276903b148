"""The six rules that every network security group has (Azure docs: Network security groups, default security rules)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _rule(name: str, says: str, priority: int, flow: tuple[str, str, str, str]) -> Json:
    access, direction, source, destination = flow
    return {
        "name": name,
        "properties": {
            "description": says,
            "protocol": "*",
            "sourcePortRange": "*",
            "destinationPortRange": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": destination,
            "access": access,
            "priority": priority,
            "direction": direction,
        },
    }


DEFAULT_RULES = [
    _rule(
        "AllowVnetInBound",
        "Allow inbound traffic from all VMs in VNET",
        65000,
        ("Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
    ),
    _rule(
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        65001,
        ("Allow", "Inbound", "AzureLoadBalancer", "*"),
    ),
    _rule("DenyAllInBound", "Deny all inbound traffic", 65500, ("Deny", "Inbound", "*", "*")),
    _rule(
        "AllowVnetOutBound",
        "Allow outbound traffic from all VMs to all VMs in VNET",
        65000,
        ("Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
    ),
    _rule(
        "AllowInternetOutBound",
        "Allow outbound traffic from all VMs to Internet",
        65001,
        ("Allow", "Outbound", "*", "Internet"),
    ),
    _rule("DenyAllOutBound", "Deny all outbound traffic", 65500, ("Deny", "Outbound", "*", "*")),
]
