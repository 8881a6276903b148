"""Types of Azure Front Door. `deploymentStatus` beside the provisioning state: only InProgress says something.

NotStarted is what the service shows of much that has long been deployed (Azure docs: the examples of its REST reference).
"""

from dataclasses import replace

from loom.plan.arm_type import ArmType, Carry, DeadEnd, Listing, Marking

_PROFILE, _VERSION = "Microsoft.Cdn/profiles", "2025-06-01"
_DEPLOYING = frozenset({"InProgress"})


_CUT_OFF = DeadEnd(
    "properties.sharedPrivateLinkResource.status", frozenset({"Disconnected"}),
    "what it led to was deleted, and no write makes Front Door ask anew for the same place (Azure docs: Secure your origin with Private "
    "Link, Private endpoint creation)",
)  # fmt: skip

_WORDS = Carry(
    "properties.sharedPrivateLinkResource.requestMessage",
    "drawn when the origin was made: its requests are known by them for ever",
)


def _child(path: str, label: str, rank: int, marking: Marking = Marking.NAME) -> ArmType:
    return ArmType(
        f"{_PROFILE}/{path}", _VERSION, label,
        marking=marking, listing=Listing.PARENT,
        status_path="properties.deploymentStatus", status_busy=_DEPLOYING,
        delete_rank=rank,
    )  # fmt: skip


TYPES = (
    ArmType(_PROFILE, _VERSION, "front-door", immutable=("sku.name",), delete_rank=28),
    _child("afdEndpoints", "front-door-endpoint", 24, Marking.TAG),
    _child("afdEndpoints/routes", "front-door-route", 21),
    _child("originGroups", "front-door-origin-group", 23),
    replace(_child("originGroups/origins", "front-door-origin", 22), dead_end=_CUT_OFF, carries=(_WORDS,)),
    _child("customDomains", "front-door-host", 25),
    _child("secrets", "front-door-certificate", 26),
    _child("securityPolicies", "front-door-security", 20),
    ArmType(
        "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "2025-11-01", "front-door-firewall",
        immutable=("sku.name",),
        carries=(Carry("properties.customRules", "rules of the zone's own people stay beside the managed ones"),),
        delete_rank=30,  # a policy that is in use cannot be deleted
    ),
)  # fmt: skip
