"""Names: the same zone gets the same ones for ever, two zones never the same, and each fits its type."""

import re

from hypothesis import given, settings

from loom.plan.kinds import KINDS
from loom.plan.naming import ZoneNames, fit, hashed, published, zone_names
from loom.plan.ownership import Owner
from support.plans import plan_of
from support.specs import planes, zones
from support.worlds import Obj, plane_object, world, zone_object

# Azure docs: Naming rules and restrictions for Azure resources.
RULES = {
    "group": r"[A-Za-z0-9._()-]{1,89}[A-Za-z0-9_()-]",
    "network": r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9_]",
    "security_group": r"[A-Za-z0-9][A-Za-z0-9._-]{0,78}[A-Za-z0-9_]",
    "environment": r"[a-z](?!.*--)[a-z0-9-]{0,58}[a-z0-9]",
    "storage": r"[a-z0-9]{3,24}",
    "event_hubs": r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]",
    "cosmos": r"(?=.{3,44}$)[a-z0-9]+(-[a-z0-9]+)*",
    "redis": r"(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
    "kusto_database": r"[A-Za-z0-9 .-]{1,260}",
    "databricks": r"[A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9]",
    "synapse": r"(?!.*-ondemand)(?=.{1,50}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    "synapse_group": r"[A-Za-z0-9._()-]{1,89}[A-Za-z0-9_()-]",
    "access_connector": r"[A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9]",
    "databricks_group": r"[A-Za-z0-9._()-]{1,89}[A-Za-z0-9_()-]",
    "hub_peering": r"[A-Za-z0-9][A-Za-z0-9._-]{0,78}[A-Za-z0-9_]",
    "dns_link": r"[A-Za-z0-9][A-Za-z0-9._-]{0,78}[A-Za-z0-9_]",
}


def names(zone: Obj, plane: Obj | None = None) -> ZoneNames:
    spec = KINDS["DataLandingZone"].parse(zone)
    return zone_names(spec, KINDS["AdminPlane"].parse(plane or plane_object()), world(zone).owner)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(zones(), planes())
def test_every_name_fits_its_type(zone: Obj, plane: Obj) -> None:
    made = names(zone, plane)
    assert [field for field, rule in RULES.items() if not re.fullmatch(rule, getattr(made, field))] == []


def test_the_longest_domain_in_the_longest_location_still_fits() -> None:
    made = names(zone_object(domain="a" + "-b" * 19 + "c", location="l" * 40, eventHubs={}, storage={}))
    assert all(re.fullmatch(rule, getattr(made, field)) for field, rule in RULES.items())


def test_a_domain_that_is_called_like_serverless_sql_still_gives_a_name_that_azure_takes() -> None:
    made = names(zone_object(domain="ondemand", synapse={}))
    assert re.fullmatch(RULES["synapse"], made.synapse)


def test_a_cosmos_account_and_a_synapse_workspace_of_one_name_have_endpoints_of_their_own() -> None:
    plan = plan_of(zone_object(storage={}, cosmos={"name": "acme-data"}, synapse={"name": "acme-data"}))
    ids = {resource.key: str(resource.id).rpartition("/")[2] for resource in plan.resources}
    assert ids["endpoint/cosmos-Sql"] == "pe-acme-data-Sql"
    assert ids["endpoint/synapse-Sql"] == "pe-acme-data-SynapseSql"


def test_names_that_are_unique_in_the_world_carry_the_zones_hash() -> None:
    made = names(zone_object())
    assert made.storage[-8:] == made.event_hubs[-8:]
    assert re.fullmatch("[0-9a-f]{8}", made.storage[-8:])


def test_whatever_makes_a_zone_unique_changes_its_hash() -> None:
    variants = [
        names(zone_object()),
        names(zone_object(domain="finance-two")),
        names(zone_object(environment="Test")),
        names(zone_object(location="centralus")),
        names(zone_object(subscriptionId="55555555-5555-4555-8555-555555555555")),
        names(zone_object(), plane_object(tenantId="55555555-5555-4555-8555-555555555555")),
    ]
    assert len({made.storage for made in variants}) == len(variants)


def test_a_given_name_is_taken_as_it_is() -> None:
    made = names(zone_object(storage={"name": "ourlake"}, eventHubs={"name": "our-streams"}))
    assert (made.storage, made.event_hubs) == ("ourlake", "our-streams")


def test_a_name_is_cut_only_where_it_must_be() -> None:
    assert fit("short", 10) == "short"
    assert len(fit("a" * 64 + "x", 64)) == 64
    assert fit("a" * 64 + "x", 64) != fit("a" * 64 + "y", 64)


def test_a_cut_leaves_no_doubled_hyphen() -> None:
    assert "--" not in hashed("abcdef-ghi", "12345678", 16)
    assert "--" not in fit("abcdef-ghijklmnop", 16)


def test_what_is_published_says_whose_it_is() -> None:
    owner = Owner("prod", "domain-finance", "ApiProduct", "orders")
    assert published(owner, "v1") == f"domain-finance-orders-v1-{owner.hash}"
    assert published(owner, "") == f"domain-finance-orders-{owner.hash}"


def test_no_name_that_fits_what_is_published_loses_its_owners_hash() -> None:
    owner = Owner("prod", "n" * 63, "ApiProduct", "o" * 63)
    long = [published(owner, part) for part in ("v1", "v2", "a" * 63)]
    assert len(set(long)) == 3
    assert all(len(name) <= 80 and name.endswith(f"-{owner.hash}") for name in long)


def test_another_owners_hash_cannot_be_had_by_trying_names() -> None:
    assert len(Owner("prod", "domain-finance", "ApiProduct", "orders").hash) * 4 >= 64  # bits
