"""The Service Bus namespace of a zone: what its tier allows, and what stands already."""

import pytest

from loom.errors import Refusal
from loom.plan.kinds import KINDS
from loom.plan.resource import Mode
from loom.plan.values import at
from support.landing import settled
from support.plans import plan_of
from support.worlds import SPOKE, Obj, grant, plane_object, world, zone_object

SHARED = f"/subscriptions/{SPOKE}/resourceGroups/rg-shared"
NAMESPACE = f"{SHARED}/providers/Microsoft.ServiceBus/namespaces/sb-shared"


def keys(obj: Obj) -> set[str]:
    return {resource.key for resource in plan_of(obj).resources}


def test_a_namespace_is_premium_and_closed_unless_the_spec_says_otherwise() -> None:
    plan = plan_of(zone_object(serviceBus={}))
    body = plan.find("service-bus").body
    assert (at(body, "sku.name"), at(body, "sku.capacity")) == ("Premium", 1)
    assert at(body, "properties.publicNetworkAccess") == "Disabled"
    assert at(body, "properties.disableLocalAuth") is True
    assert at(plan.find("service-bus/network-rules").body, "properties.trustedServiceAccessEnabled") is True
    assert "endpoint/service-bus-namespace" in keys(zone_object(serviceBus={}))


def test_a_standard_namespace_has_no_endpoint_and_no_units() -> None:
    obj = zone_object(serviceBus={"sku": "Standard", "queues": [{"name": "refresh"}]})
    body = plan_of(obj).find("service-bus").body
    assert (at(body, "sku"), at(body, "properties.publicNetworkAccess")) == (
        {"name": "Standard", "tier": "Standard"},
        "Enabled",
    )
    assert not keys(obj) & {"endpoint/service-bus-namespace", "service-bus/network-rules"}
    assert "queue/refresh" in keys(obj)


def test_both_messaging_services_are_looked_up_in_one_dns_zone() -> None:
    links = [key for key in keys(zone_object(serviceBus={})) if key.startswith("dns-link/")]
    assert sorted(links) == ["dns-link/blob", "dns-link/dfs", "dns-link/namespace"]


@pytest.mark.parametrize(
    ("bus", "says"),
    [
        ({"capacity": 3}, "capacity is 1, 2, 4, 8 or 16"),
        ({"sku": "Standard", "capacity": 1}, "only Premium has a capacity"),
        ({"existing": {"id": NAMESPACE}, "sku": "Premium"}, "keeps its own settings"),
    ],
)
def test_what_the_tiers_do_not_have_is_refused(bus: Obj, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        KINDS["DataLandingZone"].parse(zone_object(serviceBus=bus))


def test_an_attached_namespace_must_be_premium_where_it_is_to_get_an_endpoint() -> None:
    plane = plane_object(grants=[grant(scopes=[SHARED])])
    obj = zone_object(serviceBus={"existing": {"id": NAMESPACE}, "queues": [{"name": "refresh"}]})
    plan = plan_of(obj, world(obj, plane))
    assert (plan.find("service-bus").mode, at(plan.find("service-bus").body, "sku.name")) == (Mode.EXISTING, "Premium")
    obj["spec"]["serviceBus"]["existing"]["privateEndpoint"] = "Skip"
    plan = plan_of(obj, world(obj, plane))
    assert at(plan.find("service-bus").body, "sku") is None
    assert plan.find("queue/refresh").id == f"{NAMESPACE}/queues/refresh"


async def test_a_queue_that_leaves_the_spec_stays_with_its_messages() -> None:
    made = await settled(zone_object(serviceBus={"queues": [{"name": "refresh"}]}))
    assert made.plan
    queue = str(made.plan.find("queue/refresh").id)
    made.replan(plan_of(zone_object()))
    await made.settle()
    assert made.cloud.has(queue)
    assert any(line.startswith("queue/") for line in made.status["retained"])


def test_a_queue_that_is_an_apps_in_other_letters_is_refused_in_a_sentence() -> None:
    obj = zone_object(
        cosmos={},
        eventGrid={},
        serviceBus={"queues": [{"name": "Refresh"}]},
        apps={"environment": {}, "directLakeShim": {}},
    )
    with pytest.raises(Refusal, match="Refresh and refresh are one queue to Azure"):
        plan_of(obj)
