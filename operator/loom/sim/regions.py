"""Azure regions and their two spellings. Some services answer `westus2`, some `West US 2` (recorded traffic has both)."""

from __future__ import annotations

DISPLAY = {
    "australiaeast": "Australia East",
    "canadacentral": "Canada Central",
    "chinaeast2": "China East 2",
    "chinanorth3": "China North 3",
    "centralindia": "Central India",
    "centralus": "Central US",
    "eastasia": "East Asia",
    "eastus": "East US",
    "eastus2": "East US 2",
    "francecentral": "France Central",
    "germanywestcentral": "Germany West Central",
    "global": "global",
    "japaneast": "Japan East",
    "northcentralus": "North Central US",
    "northeurope": "North Europe",
    "norwayeast": "Norway East",
    "southcentralus": "South Central US",
    "southeastasia": "Southeast Asia",
    "swedencentral": "Sweden Central",
    "switzerlandnorth": "Switzerland North",
    "uksouth": "UK South",
    "usgovarizona": "USGov Arizona",
    "usgovtexas": "USGov Texas",
    "usgovvirginia": "USGov Virginia",
    "westcentralus": "West Central US",
    "westeurope": "West Europe",
    "westus": "West US",
    "westus2": "West US 2",
    "westus3": "West US 3",
}


def normal(location: str) -> str:
    """`West US 2` and `westus2` are the same place."""
    return location.replace(" ", "").lower()


def display(location: str) -> str:
    """The name with spaces; an unknown one stays as it is."""
    return DISPLAY.get(normal(location), location)


def known(location: str) -> bool:
    """Whether there is such a region here."""
    return normal(location) in DISPLAY
