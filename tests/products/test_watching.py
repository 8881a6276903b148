"""What it costs to watch a product in which nothing changes: lists, one page of operations an API, and one HEAD a policy document."""

import pytest

from support.shop import SERVICE, Shop, revision
from support.worlds import api_object

pytestmark = pytest.mark.sdk
APIS = 3
SHARED = frozenset(
    {
        "",
        "apis",
        "apiVersionSets",
        "backends",
        "products",
        "subscriptions",
        "policyDescriptions",
        "groups/developers",
        "tags",
        "tagResources",
    }
)


@pytest.fixture
async def watched(shop: Shop) -> Shop:
    """A product of some APIs, each with a policy document for itself and for one operation, seen by a group, tagged, converged."""
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
    named = {"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]}
    shop.edit(lambda spec: spec.update(apis=apis, policies=named, visibleTo=["developers"], tags={"finance": ""}))
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
    links = [path for path in rest if path.lower().endswith("links")]
    shared = [path for path in rest if path in SHARED]
    assert len(pages_of_operations) == APIS
    assert [path.rpartition("/")[2] for path in links] == ["apiLinks"], "only this is in no list of the service"
    assert "tagResources" in shared
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


def links(shop: Shop, collection: str) -> list[str]:
    """The paths of the links of ours of a collection, as `products/groupLinks`, within the service. Azure's own has no dash in it."""
    holder, _, word = collection.partition("/")
    every = (arm_id.removeprefix(SERVICE).strip("/").split("/") for arm_id in shop.azure.ids(SERVICE))
    return ["/".join(path) for path in every if path[::2] == [holder, word] and "-" in path[-1]]


@pytest.mark.parametrize(
    "collection", ["products/groupLinks", "tags/productLinks", "tags/apiLinks", "products/apiLinks"]
)
async def test_a_link_that_is_gone_is_made_again(watched: Shop, collection: str) -> None:
    await slow_turn(watched)
    gone = links(watched, collection)[0]
    watched.azure.delete(f"{SERVICE}/{gone}")
    asked = await slow_turn(watched)
    assert [path for method, path in asked if method == "PUT"] == [gone]
    await watched.settle()
    assert [method for method, _ in await slow_turn(watched) if method == "PUT"] == []


@pytest.mark.parametrize(
    "collection", ["products/groupLinks", "tags/productLinks", "tags/apiLinks", "products/apiLinks"]
)
async def test_a_link_that_somebody_made_by_hand_for_ours_is_as_good(watched: Shop, collection: str) -> None:
    ours = links(watched, collection)[0]
    properties = (watched.azure.get(f"{SERVICE}/{ours}") or {})["properties"]
    by_hand = f"{ours.rpartition('/')[0]}/by-hand"
    watched.azure.delete(f"{SERVICE}/{ours}")
    assert watched.put(f"{SERVICE}/{by_hand}", **properties) in (200, 201)
    watched.play.memories.clear()
    watched.play.begin_anew()
    assert [path for method, path in await slow_turn(watched) if method == "PUT"] == []
    await watched.settle()
    assert (watched.azure.get(f"{SERVICE}/{by_hand}") or {})["properties"] == properties


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
