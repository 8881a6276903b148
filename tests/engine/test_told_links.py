"""Links that a list of the whole service tells of: where that list lacks one, or may not be read, the link's own list is read."""

import pytest

from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource
from loom.plan.ownership import Authority
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import GROUP, OWNER, Bench

SERVICE = resource(GROUP, "Microsoft.ApiManagement/service", "apim-loom")
PRODUCT, TAG = f"{SERVICE}/products/orders-{OWNER.hash}", f"{SERVICE}/tags/sales-{OWNER.hash}"
LINKS = f"{TAG}/productLinks"
PLAN = Plan(
    SERVICE,
    (
        Resource("service", SERVICE, mode=Mode.EXISTING),
        Resource("product", PRODUCT, {"properties": {"displayName": "Orders"}}, ("service",)),
        Resource("tag", TAG, {"properties": {"displayName": "sales"}}, ("service",)),
        Resource("link", f"{LINKS}/l-{OWNER.hash}", {"properties": {"productId": PRODUCT}}, ("tag", "product")),
    ),
)


@pytest.fixture
async def bench() -> Bench:
    """A product with a tag, as the slow tier's turn comes."""
    made = Bench(plan=PLAN, authority=Authority(home=SERVICE))
    made.cloud.place(SERVICE, properties={})
    await made.settle()
    assert made.ready == "True"
    made.clock.seconds += 6 * 600
    made.cloud.forget_requests()
    return made


async def test_a_link_that_it_lacks_is_looked_for_in_its_own(bench: Bench) -> None:
    await bench.look()
    assert [target for verb, target in bench.cloud.requests if "tagResources" in target or target == LINKS] == [
        f"{SERVICE}/tagResources",
        LINKS,
    ]
    assert (bench.ready, bench.cloud.writes()) == ("True", [])


async def test_after_a_write_a_link_is_looked_for_in_its_own_list_where_the_one_of_the_service_is_long(
    bench: Bench,
) -> None:
    for number in range(120):
        bench.cloud.place(f"{SERVICE}/tagResources/of-others-{number}")
    await bench.look()
    bench.cloud.forget_requests()
    bench.cloud.body(PRODUCT)["properties"]["displayName"] = "changed by somebody"
    await bench.later()
    assert bench.cloud.writes() == [("PUT", PRODUCT)]
    assert [target for verb, target in bench.cloud.requests if "tagResources" in target or target == LINKS] == [LINKS]
    assert bench.ready == "True"


async def test_where_the_list_of_the_service_may_not_be_read_the_link_is_looked_for_in_its_own(bench: Bench) -> None:
    bench.cloud.fail(
        "LIST", "tagResources", CloudError("NotAuthorized", "AuthorizationFailed", "may not", Retry.PERSON)
    )
    await bench.look()
    assert ("LIST", LINKS) in bench.cloud.requests
    assert (bench.ready, bench.cloud.writes()) == ("True", [])
