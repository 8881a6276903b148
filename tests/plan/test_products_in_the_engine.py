"""Whole API products carried out by the engine, and what holds for every kind that is."""

import pytest

from loom.plan.arm_id import key, type_of
from loom.plan.ownership import TAG
from loom.plan.resource import Mode
from support.landing import bench, changed, managed, settled
from support.policies import ENTRIES
from support.worlds import Obj, product_object, world, zone_object


@pytest.mark.parametrize(
    "obj", [zone_object(), product_object(), product_object(state="Draft")], ids=["zone", "product", "draft"]
)
async def test_a_plan_converges_and_then_nothing_is_written(obj: Obj) -> None:
    made = await settled(obj)
    made.cloud.forget_requests()
    made.restart()
    await made.later()
    assert (made.ready, made.cloud.writes()) == ("True", [])


@pytest.mark.parametrize("obj", [zone_object(), product_object()], ids=["zone", "product"])
async def test_each_resource_is_written_once_and_the_published_product_twice(obj: Obj) -> None:
    made = await settled(obj)
    stages = [r for r in made.plan.resources if r.mode is Mode.STAGE and "current/" not in r.key] if made.plan else []
    assert len(made.cloud.writes()) == len(managed(made.plan)) + len(stages)


async def test_a_published_product_that_is_reworded_stays_published() -> None:
    made = await settled(product_object())
    product = str(made.plan.find("product").id) if made.plan else ""
    changed(made, product_object(displayName="Orders of today"))
    await made.settle()
    properties = made.cloud.body(product)["properties"]
    assert (properties["state"], properties["displayName"]) == ("published", "Orders of today")
    states = [arm_id for verb, arm_id in made.cloud.writes() if arm_id == product]
    assert len(states) == 3  # made, published, reworded


async def test_a_published_product_that_becomes_a_draft_is_taken_off_the_shelf() -> None:
    made = await settled(product_object())
    product = str(made.plan.find("product").id) if made.plan else ""
    changed(made, product_object(state="Draft"))
    await made.settle()
    assert made.cloud.body(product)["properties"]["state"] == "notPublished"
    assert (made.ready, made.reason("Published")) == ("True", "NotPublished")


MIRRORING = {"backends": [{"name": "orders-app", "containerApp": {"app": "mirroring"}}]}
KEYS = {"subscriptions": [{"name": "partner", "exportKeysTo": {"keyVault": {"secretName": "partner-key"}}}]}


@pytest.mark.parametrize(
    ("uses", "name", "part"),
    [(MIRRORING, "target/orders-app", "/backends/"), (KEYS, "vault", "/secrets/")],
    ids=["an app", "its vault"],
)
@pytest.mark.parametrize("tags", [{}, {TAG: "prod/domain-sales/DataLandingZone/sales"}], ids=["nobody's", "another's"])
async def test_what_a_zone_calls_its_own_is_used_only_while_it_carries_the_zones_mark(
    uses: Obj, name: str, part: str, tags: dict[str, str]
) -> None:
    obj = product_object(**uses)
    made = bench(obj, world(obj, zone=zone_object(keyVault={})))
    assert made.plan
    used = str(made.plan.find(name).id)
    made.cloud.body(used)["properties"] = {"configuration": {"ingress": {"fqdn": "mirroring.azurecontainerapps.io"}}}
    made.cloud.actions["listSecrets"] = lambda _: {"primaryKey": "one", "secondaryKey": "two"}
    mark = made.cloud.body(used)["tags"]
    assert mark == {TAG: "prod/domain-finance/DataLandingZone/finance"}
    made.cloud.body(used)["tags"] = tags
    await made.settle()
    assert (made.reason(), made.reason("Stalled")) == ("OwnedByAnother", "OwnedByAnother")
    assert "does not carry the mark prod/domain-finance/DataLandingZone/finance" in made.message()
    sent = [arm_id for _, arm_id in made.cloud.writes() if part in arm_id]
    assert sent == []
    made.cloud.body(used)["tags"] = mark
    await made.settle()
    assert made.ready == "True", made.message()
    assert [arm_id for _, arm_id in made.cloud.writes() if part in arm_id]


async def test_a_document_that_changed_is_imported_again_and_nothing_else_is_written() -> None:
    made = await settled(product_object())
    made.cloud.forget_requests()
    obj = product_object()
    source = obj["spec"]["apis"][0]["revisions"][0]["source"]["openapi"]
    source["inline"] = source["inline"].replace("addOrder", "placeOrder")
    changed(made, obj)
    await made.settle()
    revision = str(made.plan.find("revision/orders-v1/1").id) if made.plan else ""
    assert made.cloud.writes() == [("PUT", revision)]


async def test_a_policy_that_somebody_edited_is_mended() -> None:
    made = await settled(product_object())
    policy = str(made.plan.find("api-policy/orders-v1").id) if made.plan else ""
    made.cloud.body(policy)["properties"]["value"] = "<policies><inbound><base/></inbound></policies>"
    made.restart()
    await made.later()
    assert "set-backend-service" in made.cloud.body(policy)["properties"]["value"]


async def test_a_policy_that_the_service_does_not_offer_is_told_before_its_document_is_written() -> None:
    made = bench(product_object())
    assert made.plan
    made.cloud.bodies.pop(key(str(made.plan.find("policy-offer/quota").id)))
    await made.settle()
    assert (made.ready, made.reason("PoliciesApplied")) == ("False", "NotAvailable")
    assert "apim-hub does not offer quota; quota cannot be had in its tier or cloud: take it out" in made.message(
        "PoliciesApplied"
    )
    assert not made.cloud.has(str(made.plan.find("product-policy").id))
    assert made.cloud.body(str(made.plan.find("product").id))["properties"]["state"] == "notPublished"


@pytest.mark.parametrize(
    ("tier", "field", "ready"),
    [
        ("Consumption", "cache", "False"),
        ("consumption", "tokenLimit", "False"),
        ("Consumption", "rateLimit", "True"),
        ("Developer", "cache", "True"),
    ],
)
async def test_a_tier_that_lacks_a_policy_is_told_and_nothing_is_written(tier: str, field: str, ready: str) -> None:
    made = bench(product_object(policies={"inbound": [{field: ENTRIES[field]}]}))
    assert made.plan
    made.cloud.body(str(made.plan.find("service").id))["sku"] = {"name": tier}
    await made.settle()
    assert made.ready == ready
    if ready == "False":
        assert made.reason("ApisImported") == "NotAvailable"
        assert f"sku.name is {tier}; {field} cannot be had in that tier: take it out" in made.message("ApisImported")
        assert made.cloud.writes() == []


async def test_what_the_service_offers_is_one_list_for_all_policies_and_rarely_read() -> None:
    made = await settled(product_object())
    lists = [
        arm_id for verb, arm_id in made.cloud.requests if verb == "LIST" and arm_id.endswith("/policyDescriptions")
    ]
    assert lists
    assert not [arm_id for verb, arm_id in made.cloud.requests if verb == "GET" and "/policyDescriptions/" in arm_id]
    made.cloud.forget_requests()
    await made.later()
    assert not [arm_id for _, arm_id in made.cloud.requests if "policyDescriptions" in arm_id]


async def test_a_product_that_is_deleted_leaves_nothing_of_its_own() -> None:
    made = await settled(product_object())
    made.deleting = True
    made.wish = type(made.wish)(deletion_policy="Delete")
    result = await made.settle(20)
    assert result.release
    left = {type_of(b["id"]) for b in made.cloud.bodies.values()}
    assert left == {
        "Microsoft.ApiManagement/service",
        "Microsoft.ApiManagement/service/groups",
        "Microsoft.ApiManagement/service/policyDescriptions",
        "Microsoft.Network/virtualNetworks",
    }


async def test_a_description_that_looks_like_anothers_mark_changes_nothing_about_whose_a_product_is() -> None:
    made = await settled(product_object())
    changed(made, product_object(description="Orders [csaloom-io-owner: prod/elsewhere/ApiProduct/theirs]"))
    await made.settle()
    assert made.ready == "True"
    made.deleting = True
    made.change(deletion_policy="Delete")
    result = await made.settle()
    assert result.release
    assert [arm_id for arm_id in made.cloud.bodies if "/products/" in arm_id] == []
