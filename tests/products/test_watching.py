"""What it costs to watch a product in which nothing changes: lists, one page of operations an API, and one HEAD a policy document."""

import pytest

from support.shop import SERVICE, Shop, revision
from support.worlds import api_object

pytestmark = pytest.mark.sdk
APIS = 3
SHARED = frozenset(
    {"", "apis", "apiVersionSets", "backends", "products", "subscriptions", "policyDescriptions", "groups"}
)


@pytest.fixture
async def watched(shop: Shop) -> Shop:
    """A product of some APIs, each with a policy document for itself and for one operation, converged."""
    limit = {"inbound": [{"rateLimit": {"calls": 10, "period": "60s", "per": "IpAddress"}}]}
    apis = [
        api_object(
            name=f"orders-{number}",
            path=f"finance/orders-{number}",
            revisions=[revision("1", "list", "get")],
            policies=limit,
            operations=[{"name": "list", "policies": limit}],
        )
        for number in range(APIS)
    ]
    shop.edit(
        lambda spec: spec.update(apis=apis, policies={"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]})
    )
    await shop.settle()
    return shop


async def slow_turn(shop: Shop) -> list[tuple[str, str]]:
    """The slow tier's turn: what Azure was asked for, as method and path within the service."""
    shop.azure.advance(3600)
    shop.azure.reset_counters()
    await shop.look()
    records = [record for record in shop.azure.world.records.last if record.path.startswith("/subscriptions/")]
    return [(record.method, record.path.removeprefix(SERVICE).strip("/")) for record in records]


def policies(shop: Shop) -> list[str]:
    """The paths of all policy documents of ours within the service."""
    ours = (arm_id.removeprefix(SERVICE).strip("/") for arm_id in shop.azure.ids(SERVICE))
    return sorted(path for path in ours if path.endswith("/policies/policy"))


async def test_nothing_but_lists_and_one_head_a_policy_document_is_read_where_nothing_changed(watched: Shop) -> None:
    asked = await slow_turn(watched)
    documents = policies(watched)
    assert len(documents) == 2 * APIS + 1
    heads = sorted(path for method, path in asked if method == "HEAD")
    assert [path.replace(";rev=1", "") for path in heads] == documents
    rest = [path for method, path in asked if method != "HEAD"]
    pages_of_operations = [path for path in rest if path.endswith("/operations")]
    links = [path for path in rest if path.endswith(("/apiLinks", "/groupLinks"))]
    shared = [path for path in rest if path in SHARED]
    assert len(pages_of_operations) == APIS
    assert len(links) <= 2
    assert len(shared) == len(set(shared))
    assert len(rest) == len(pages_of_operations) + len(links) + len(shared), rest
    assert not [method for method, _ in asked if method not in ("GET", "HEAD")]


async def test_only_the_document_that_changed_is_read_and_it_is_mended(watched: Shop) -> None:
    changed = policies(watched)[0]
    watched.azure.edit(f"{SERVICE}/{changed}", {"properties": {"value": "<policies><inbound /></policies>"}})
    asked = await slow_turn(watched)
    bodies = {path.replace(";rev=1", "") for method, path in asked if method == "GET" and path.endswith("policy")}
    assert bodies == {changed}
    assert [path.replace(";rev=1", "") for method, path in asked if method == "PUT"] == [changed]
    await watched.settle()
    assert [method for method, _ in await slow_turn(watched) if method == "PUT"] == []


async def test_a_document_that_is_gone_is_written_again(watched: Shop) -> None:
    gone = policies(watched)[-1]
    watched.azure.delete(f"{SERVICE}/{gone}")
    asked = await slow_turn(watched)
    assert [path.replace(";rev=1", "") for method, path in asked if method == "PUT"] == [gone]


async def test_a_declared_change_is_compared_with_the_document_itself(watched: Shop) -> None:
    watched.edit(lambda spec: spec["policies"]["inbound"][0]["setHeader"].update(values=["c"]))
    watched.azure.reset_counters()
    await watched.settle()
    assert [write for write in watched.writes() if write.startswith("PUT")] == [
        f"PUT /{path}" for path in policies(watched) if path.startswith("products/")
    ]


async def test_a_restart_reads_each_document_once(watched: Shop) -> None:
    watched.play.memories.clear()
    watched.play.begin_anew()
    asked = await slow_turn(watched)
    assert [method for method, path in asked if path.endswith("/policies/policy")] == ["GET"] * (2 * APIS + 1)
    again = await slow_turn(watched)
    assert [method for method, path in again if path.endswith("/policies/policy")] == ["HEAD"] * (2 * APIS + 1)


async def test_what_was_only_observed_is_compared_once_it_is_managed(watched: Shop) -> None:
    changed = policies(watched)[0]
    watched.edit(lambda spec: spec.update(policy="Observe"))
    watched.azure.edit(f"{SERVICE}/{changed}", {"properties": {"value": "<policies><inbound /></policies>"}})
    await slow_turn(watched)
    watched.edit(lambda spec: spec.update(policy="Manage"))
    asked = await slow_turn(watched)
    assert [path.replace(";rev=1", "") for method, path in asked if method == "PUT"] == [changed]
