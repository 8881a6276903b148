"""Two owners make at one moment what Azure has once: the second goes on with what the first has made, in the same pass."""

import pytest

from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource
from loom.plan.ownership import Authority
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import GROUP, OWNER, Bench

SERVICE = resource(GROUP, "Microsoft.ApiManagement/service", "apim-loom")
PRODUCT = f"{SERVICE}/products/orders-{OWNER.hash}"
OURS, THEIRS = f"{SERVICE}/tags/tag-{OWNER.hash}", f"{SERVICE}/tags/tag-of-others"
REFUSED = CloudError("InvalidRequest", "ValidationError", "Tag with the same name already exists.", Retry.PERSON)

PLAN = Plan(
    SERVICE,
    (
        Resource("service", SERVICE, mode=Mode.EXISTING),
        Resource("product", PRODUCT, {"properties": {"displayName": "Orders"}}, ("service",)),
        Resource("tag", OURS, {"properties": {"displayName": "sales"}}, ("service",), adopts=True),
        Resource(
            "tag/product",
            f"{OURS}/productLinks/l-{OWNER.hash}",
            {"properties": {"productId": PRODUCT}},
            ("tag", "product"),
        ),
    ),
)


@pytest.fixture
async def bench() -> Bench:
    """Somebody has listed the tags a moment ago, and the list still serves."""
    found = Bench(plan=PLAN, authority=Authority(home=SERVICE))
    found.cloud.place(SERVICE, properties={})
    await found.snapshots.list(found.cloud, f"{SERVICE}/tags", 0.0)
    found.cloud.fail("PUT", OURS, REFUSED)
    return found


async def test_who_is_second_links_to_the_tag_of_the_first_at_once(bench: Bench) -> None:
    bench.cloud.place(THEIRS, properties={"displayName": "Sales"})
    await bench.look()
    assert bench.ready == "True", bench.message()
    assert ("PUT", f"{THEIRS}/productLinks/l-{OWNER.hash}") in bench.cloud.writes()
    assert not bench.cloud.has(OURS)
    assert "tag-of-others/productLinks" in str(bench.status["inventory"])
    assert OURS.rpartition("/")[2] not in str(bench.status["inventory"])
    bench.cloud.forget_requests()
    await bench.later()
    assert (bench.ready, bench.cloud.writes()) == ("True", [])


async def test_a_refusal_for_another_reason_is_told(bench: Bench) -> None:
    await bench.look()
    assert bench.ready == "False"
    assert "Tag with the same name" in bench.message()
