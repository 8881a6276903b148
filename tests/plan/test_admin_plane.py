"""A plane: what it refers to, what is missing, and that it writes nothing."""

from dataclasses import replace

from loom.plan.arm_id import name_of
from loom.plan.context import Allocation
from loom.plan.kinds import KINDS
from loom.plan.outcome import Outcome, ResourceState, State
from loom.plan.resource import Mode
from support.plans import known, plan_of
from support.worlds import neighbor, plane_object, world

KIND = KINDS["AdminPlane"]


def test_everything_that_a_plane_names_is_looked_at_and_nothing_is_written() -> None:
    plan = plan_of(plane_object())
    assert {r.mode for r in plan.resources} == {Mode.EXISTING}
    assert [r.key for r in plan.resources] == [
        "group", "hub", "dns/blob", "dns/dfs", "dns/namespace", "dns/Sql", "dns/vault", "logs", "insights", "registry", "api-management",
    ]  # fmt: skip


def test_what_a_plane_does_not_name_is_not_looked_for() -> None:
    plan = plan_of(plane_object(applicationInsights=None, containerRegistry=None, apiManagement=None, apps=None))
    assert {r.key for r in plan.resources}.isdisjoint({"insights", "registry", "api-management"})


def test_a_plane_may_write_nowhere_and_is_not_denied_for_it() -> None:
    plane = plane_object()
    may = KIND.authority(KIND.parse(plane), world(plane))
    assert may.denied == ""
    assert not any(may.covers(str(r.id)) for r in plan_of(plane).resources)


def test_the_dns_zones_are_those_of_the_planes_cloud() -> None:
    plan = plan_of(plane_object(cloud="AzureChinaCloud"))
    names = [name_of(str(r.id)) for r in plan.resources if r.key.startswith("dns/")]
    assert all(name.startswith("privatelink.") and name.endswith((".chinacloudapi.cn", ".azure.cn")) for name in names)


def test_dns_zones_may_be_in_a_subscription_of_their_own() -> None:
    zones = {"resourceGroup": "rg-dns", "subscriptionId": "66666666-6666-4666-8666-666666666666"}
    blob = plan_of(plane_object(privateDnsZones=zones)).find("dns/blob")
    assert str(blob.id).startswith("/subscriptions/66666666-6666-4666-8666-666666666666/resourceGroups/rg-dns/")


def test_status_names_what_is_missing() -> None:
    plane = plane_object()
    plan = plan_of(plane, world(plane, neighbors=(neighbor("finance"), neighbor("risk"))))
    states = {r.key: ResourceState(r.key, str(r.id), "", State.READY) for r in plan.resources}
    states["registry"] = replace(states["registry"], state=State.MISSING)
    report = KIND.report(KIND.parse(plane), plan, Outcome(states, known))
    assert report == {"zones": 2, "missing": [str(plan.find("registry").id)], "allocations": []}


def test_status_keeps_account_of_who_has_which_addresses() -> None:
    plane = plane_object()
    given = (Allocation("10.100.16.0/20", "domain-risk/risk"), Allocation("10.100.0.0/20", "domain-finance/finance"))
    plan = plan_of(plane, world(plane, allocations=given))
    report = KIND.report(KIND.parse(plane), plan, Outcome({}, known))
    assert report["allocations"] == [
        {"cidr": "10.100.0.0/20", "zone": "domain-finance/finance"},
        {"cidr": "10.100.16.0/20", "zone": "domain-risk/risk"},
    ]
