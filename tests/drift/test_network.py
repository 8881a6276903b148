"""The zone's network when its spec changes: what comes is made and kept, what goes is let go of first and then deleted."""

from typing import Any

import pytest

from support.converged import ZONE, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAID_OUT = {"snet-container-apps": "10.100.0.0/23", "snet-private-endpoints": "10.100.2.0/24"}
WAYS_IN = {
    "GatewaySubnet": "10.100.3.0/27",
    "AzureBastionSubnet": "10.100.3.64/26",
    "snet-application-gateway": "10.100.4.0/24",
}


async def spec_says(estate: Converged, **network: Any) -> tuple[str, ...]:
    """A person edits spec.network (None takes a field away); the writes that follow, when all of it holds."""

    def edit(spec: dict[str, Any]) -> None:
        changed = {**spec["network"], **network}
        spec["network"] = {name: value for name, value in changed.items() if value is not None}

    estate.play.change(ZONE, edit)
    await estate.meet()
    mended = await estate.mend()
    await estate.is_quiet()
    return mended.writes


def subnets(**more: str) -> list[dict[str, str]]:
    return [{"name": name, "cidr": cidr} for name, cidr in {**LAID_OUT, **more}.items()]


async def test_a_next_hop_that_is_given_up_takes_the_route_off_every_subnet_and_then_the_table(
    estate: Converged,
) -> None:
    table = estate.ids["route-table"]
    before = {name: estate.body(f"subnet/{name}")["properties"] for name in LAID_OUT}
    writes = await spec_says(estate, egress=None)
    assert sorted(writes[:-1]) == [f"PUT subnet/{name}" for name in sorted(LAID_OUT)]
    assert writes[-1].lower() == f"delete {table.lower()}"
    for name, properties in before.items():
        after = estate.body(f"subnet/{name}")["properties"]
        assert properties["routeTable"]["id"] == table
        assert "routeTable" not in after
        assert after["networkSecurityGroup"] == properties["networkSecurityGroup"]


async def test_another_next_hop_is_one_write(estate: Converged) -> None:
    assert await spec_says(estate, egress={"nextHop": "10.0.1.5"}) == ("PUT route-table",)


async def test_a_route_table_that_others_attached_stays(estate: Converged) -> None:
    await spec_says(estate, egress=None)
    theirs = estate.ids["nsg"].replace("networkSecurityGroups", "routeTables") + "-theirs"
    estate.azure.seed(theirs, {"location": "eastus2", "properties": {"routes": []}})
    estate.edit("subnet/snet-private-endpoints", {"properties": {"routeTable": {"id": theirs}}})
    await estate.look()
    await estate.is_quiet()
    estate.edit("subnet/snet-private-endpoints", {"properties": {"networkSecurityGroup": None}})
    await estate.mend()
    assert estate.body("subnet/snet-private-endpoints")["properties"]["routeTable"]["id"] == theirs


async def test_dns_servers_are_set_and_taken_back(estate: Converged) -> None:
    assert await spec_says(estate, dnsServers=["10.0.0.4"]) == ("PUT network",)
    assert estate.body("network")["properties"]["dhcpOptions"] == {"dnsServers": ["10.0.0.4"]}
    estate.edit("network", {"properties": {"dhcpOptions": {"dnsServers": ["8.8.8.8"]}}})
    mended = await estate.mend()
    assert mended.told("DriftMended") == ["network: properties.dhcpOptions.dnsServers[0]"]
    assert await spec_says(estate, dnsServers=[]) == ("PUT network",)
    assert estate.body("network")["properties"]["dhcpOptions"] == {"dnsServers": []}


async def test_subnets_for_ways_in_come_with_their_rules_keep_them_and_go_again(estate: Converged) -> None:
    estate.play.change(ZONE, lambda spec: spec.pop("accessPaths"))
    await spec_says(estate, subnets=subnets(**WAYS_IN))
    rules = estate.body("nsg/bastion")["properties"]["securityRules"]
    assert len(rules) == 8
    assert "routeTable" not in estate.body("subnet/AzureBastionSubnet")["properties"]
    assert "networkSecurityGroup" not in estate.body("subnet/GatewaySubnet")["properties"]

    closed = [{**rule, "properties": {**rule["properties"], "access": "Deny"}} for rule in rules[:1]]
    estate.edit("nsg/bastion", {"properties": {"securityRules": [*closed, *rules[1:]]}})
    estate.edit("nsg/application-gateway", {"properties": {"securityRules": []}})
    mended = await estate.mend()
    assert sorted(mended.writes) == ["PUT nsg/application-gateway", "PUT nsg/bastion"]
    (told,) = mended.told("DriftMended")
    assert "nsg/bastion: properties.securityRules[AllowHttpsInBound].properties.access" in told

    gone = [estate.ids[f"nsg/{name}"] for name in ("bastion", "application-gateway")]
    await spec_says(estate, subnets=None)
    assert [estate.azure.get(arm_id) for arm_id in gone] == [None, None]
    assert {item["name"] for item in estate.body("network")["properties"]["subnets"]} == set(LAID_OUT)
