"""A bench's object as a preview sees it, which writes nothing."""

from typing import Any

from loom.engine.foreseen import Change
from loom.engine.lanes import Lanes
from loom.engine.preview import Preview, preview
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Work
from loom.plan.arm_id import resource
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import GROUP, OWNER, PLAN, Bench

SERVICE = resource(GROUP, "Microsoft.ApiManagement/service", "apim")
PRODUCT = f"{SERVICE}/products/orders-{OWNER.hash}"
PRODUCT_R = Resource(
    "product", PRODUCT, {"properties": {"displayName": "Orders"}}, on_create={"properties": {"state": "notPublished"}}
)
PUBLISHED_R = Resource(
    "published", PRODUCT, {"properties": {"state": "published"}}, depends_on=("product",), mode=Mode.STAGE
)
SHOP = Plan(SERVICE, (PRODUCT_R, PUBLISHED_R))
"""A product, and the later write that publishes it."""


async def previewed(bench: Bench, *, offline: bool = False, submitted: Plan | None = None) -> Preview:
    """What a preview says of the bench's object as it stands: with its status, without its memory, and without its key."""

    async def no_journal(_status: Any) -> None:
        raise AssertionError("a preview keeps no journal")

    ports = Ports(
        bench.cloud, bench.prober, bench.clock, no_journal, lambda text: text, Snapshots(bench.clock), Lanes()
    )  # fmt: skip
    work = Work(bench.owner, bench.generation, bench.wish, bench.authority, bench.status, plan=bench.plan)
    bench.cloud.forget_requests()
    found = await preview(work, ports, offline=offline, submitted=submitted)
    assert bench.cloud.writes() == []
    return found


async def settled(plan: Plan = PLAN, **settings: Any) -> Bench:
    """A bench that is Ready."""
    bench = Bench(plan=plan, **settings)
    await bench.settle()
    assert bench.ready == "True", bench.message()
    return bench


def actions(found: Preview) -> dict[str, str]:
    """What would be done, by key; by id where no plan has it."""
    return {change.key or change.id: change.action for change in found.changes}


def one(found: Preview) -> Change:
    """The only change."""
    assert len(found.changes) == 1, found.changes
    return found.changes[0]


def fields(change: Change) -> dict[str, tuple[Any, Any]]:
    """What stands in each field, and what would."""
    return {field.path: (field.before, field.after) for field in change.fields}
