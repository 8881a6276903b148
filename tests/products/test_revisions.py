"""Versions and revisions on a simulated API Management, through the stock SDKs: side by side, switched, kept and pruned."""

from typing import Any

import pytest

from loom.sim.app import serve
from loom.sim.wire import Request, Response
from loom.sim.world import World
from support.shop import HOST, Shop, document, revision

pytestmark = pytest.mark.sdk


@pytest.fixture(autouse=True)
def _callers_put_up_with_anything(shop: Shop) -> None:
    shop.api(allowBreaking=True)


def revisions(shop: Shop) -> list[str]:
    """The numbers, the newest first; a star marks the current one."""
    return [f"{row['apiRevision']}{'*' if row['isCurrent'] else ''}" for row in shop.listed("revisions")]


async def test_the_first_revision_makes_the_api_with_one_write_for_each_thing(shop: Shop) -> None:
    await shop.settle()
    paths = [write.rpartition("/apis/")[2] for write in shop.writes() if "/apis/" in write]
    assert len(paths) == 2
    assert paths[0].endswith(";rev=1")
    assert paths[1].endswith(";rev=1/policies/policy")
    assert shop.call("/finance/orders/list") == 200
    assert shop.status["apis"][0]["revision"] == "1"


async def test_revisions_stand_side_by_side_and_only_one_of_them_is_what_calls_reach(shop: Shop) -> None:
    shop.api(revisions=[revision("1", "list"), revision("2", "list", "find", notes="adds find")], currentRevision="1")
    await shop.settle()
    assert revisions(shop) == ["2", "1*"]
    assert (shop.call("/finance/orders/find"), shop.call("/finance/orders;rev=2/find")) == (404, 200)
    assert shop.azure.get(f"{shop.api_id};rev=2")["properties"]["apiRevisionDescription"] == "adds find"  # type: ignore[index]


async def test_another_revision_becomes_current_and_back_and_no_call_is_lost_meanwhile(shop: Shop) -> None:
    shop.api(revisions=[revision("1", "list"), revision("2", "list", "find", notes="adds find")], currentRevision="1")
    await shop.settle()
    for current in ("2", "1", "2"):
        shop.api(currentRevision=current)
        seen: list[int] = []

        def settled(current: str = current, seen: list[int] = seen) -> bool:
            seen.append(shop.call("/finance/orders/list"))
            return shop.status["apis"][0].get("revision") == current and shop.condition("Ready") == "True"

        shop.azure.reset_counters()
        await shop.until(settled)
        assert set(seen) == {200}
        (released,) = shop.writes()
        assert "/releases/loom-" in released
        assert shop.call("/finance/orders/find") == (200 if current == "2" else 404)
    notes = [row["properties"]["notes"] for row in shop.listed("releases")]
    assert notes == ["adds find", None, "adds find"]


async def test_a_revision_has_its_policies_before_calls_reach_it(shop: Shop) -> None:
    await shop.settle()
    shop.azure.reset_counters()
    shop.api(revisions=[revision("2", "list")], currentRevision="2")
    await shop.settle()
    writes = [write.partition(";rev=2")[2] or write for write in shop.writes()]
    assert "/releases/" in writes[-1]
    assert shop.call("/finance/orders/list") == 200
    policy = shop.azure.get(f"{shop.api_id}/policies/policy")
    assert policy is not None
    assert "set-backend-service" in policy["properties"]["value"]


async def test_a_new_revision_is_held_by_the_apis_policies_from_the_first_moment_in_which_it_can_be_called(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.api(policies={"inbound": [{"ipFilter": {"action": "Allow", "addresses": ["203.0.113.7"]}}]})
    await shop.settle()
    answers: set[tuple[str, int]] = set()

    def serve_and_call(world: World, request: Request) -> Response:
        answer = serve(world, request)
        for path in ("/finance/orders;rev=2/list", "/finance/orders;rev=2/find"):
            answers.add((path, shop.call(path)))
        return answer

    monkeypatch.setattr("loom.sim.server.serve", serve_and_call)
    shop.api(revisions=[revision("1", "list"), revision("2", "list", "find")], currentRevision="1")
    await shop.settle()
    statuses = {path.rpartition("/")[2]: {code for where, code in answers if where == path} for path, _ in answers}
    assert statuses == {"list": {404, 403}, "find": {404, 403}}


async def test_an_operation_that_is_new_in_the_current_revision_is_held_by_the_apis_policies_before_it_has_its_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.api(policies={"inbound": [{"ipFilter": {"action": "Allow", "addresses": ["203.0.113.7"]}}]})
    await shop.settle()
    answers: list[tuple[bool, int]] = []

    def serve_and_call(world: World, request: Request) -> Response:
        answer = serve(world, request)
        own = any(arm_id.endswith("/operations/find/policies/policy") for arm_id in shop.azure.ids(shop.api_id))
        answers.append((own, shop.call("/finance/orders/find")))
        return answer

    monkeypatch.setattr("loom.sim.server.serve", serve_and_call)
    header = {"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]}
    shop.api(revisions=[revision("1", "list", "get", "find")], operations=[{"name": "find", "policies": header}])
    await shop.settle()
    assert set(answers) == {(False, 404), (False, 403), (True, 403)}


async def test_a_revision_that_was_begun_before_a_crash_gets_its_document(shop: Shop) -> None:
    await shop.settle()
    shop.azure.fault("error", method="PUT", path=";rev=2$", when="inflight")
    newer = document("list").replace("operationId: list,", "operationId: list, summary: Newer,")
    second = {"name": "2", "source": {"openapi": {"inline": newer}}}
    shop.api(revisions=[revision("1", "list"), second], currentRevision="1")
    begun = shop.azure.get
    await shop.until(lambda: begun(f"{shop.api_id};rev=2") is not None)
    shop.play.memories.clear()
    await shop.settle()
    whole = begun(f"{shop.api_id};rev=2")
    assert whole is not None
    assert whole["properties"]["serviceUrl"] == "https://orders.contoso.com/v1"
    operation = begun(f"{shop.api_id};rev=2/operations/list")
    assert operation is not None
    assert operation["properties"]["displayName"] == "Newer", "the same operations do not make it the same document"


async def test_old_revisions_of_ours_are_kept_up_to_the_limit_and_those_of_others_always(shop: Shop) -> None:
    await shop.settle()
    assert shop.put(f"{shop.api_id};rev=90", path="finance/orders", sourceApiId=shop.api_id) == 201
    for number in ("2", "3", "4"):
        shop.api(revisions=[revision(number, "list")], revisionHistoryLimit=2)
        await shop.settle()
    assert revisions(shop) == ["90", "4*", "3", "2"]
    shop.api(revisionHistoryLimit=0)
    await shop.settle()
    assert revisions(shop) == ["90", "4*"]


async def test_a_revision_that_somebody_made_current_by_hand_is_put_back(shop: Shop) -> None:
    shop.api(revisions=[revision("1", "list"), revision("2", "list", "find")], currentRevision="1")
    await shop.settle()
    assert shop.put(f"{shop.api_id}/releases/by-hand", apiId=f"{shop.api_id};rev=2") == 201
    assert shop.call("/finance/orders/find") == 200
    shop.azure.advance(600)
    await shop.until(lambda: shop.call("/finance/orders/find") == 404)
    await shop.settle()
    assert shop.status["apis"][0]["revision"] == "1"


async def test_a_new_title_comes_with_the_revision_that_has_it(shop: Shop) -> None:
    await shop.settle()
    shop.api(revisions=[revision("1", "list"), revision("2", "list", title="Renamed")], currentRevision="2")
    await shop.settle()
    assert shop.azure.get(shop.api_id)["properties"]["displayName"] == "Renamed"  # type: ignore[index]


async def test_a_product_that_is_deleted_takes_its_apis_with_all_their_revisions(shop: Shop) -> None:
    shop.api(revisions=[revision("1", "list"), revision("2", "list")], currentRevision="2")
    await shop.settle()
    await shop.play.delete("ApiProduct")
    assert (shop.names("apis"), shop.names("backends"), shop.names("products")) == ([], [], [])


VERSIONS = {
    "Segment": ({}, "/finance/orders/v2/list", {}),
    "Header": ({"header": "Api-Version"}, "/finance/orders/list", {"api-version": "v2"}),
    "Query": ({"query": "ver"}, "/finance/orders/list?ver=v2", {}),
}


@pytest.mark.parametrize("scheme", VERSIONS)
async def test_versions_share_a_path_and_a_call_says_which_it_wants(shop: Shop, scheme: str) -> None:
    fields, path, headers = VERSIONS[scheme]

    def versioned(spec: Any) -> None:
        first = spec["apis"][0]
        second = {**first, "name": "orders-v2", "revisions": [revision("1", "list", "find")]}
        for api, name in ((first, "v1"), (second, "v2")):
            api["version"] = {"setName": "orders", "name": name}
        spec["apis"].append(second)
        spec["versionSets"] = [{"name": "orders", "scheme": scheme, **fields}]

    shop.edit(versioned)
    await shop.settle()
    assert shop.call(path, headers) == 200
    assert shop.call(path.replace("list", "find"), headers) == 200
    assert shop.call(path.replace("list", "find").replace("v2", "v1"), dict.fromkeys(headers, "v1")) == 404
    urls = [row["url"].removeprefix(f"https://{HOST}") for row in shop.status["apis"]]
    assert urls[1] == path.replace("/list", "")
    await shop.play.delete("ApiProduct")
    assert shop.names("apiVersionSets") == []


@pytest.mark.parametrize("scheme", VERSIONS)
@pytest.mark.parametrize("is_first", [True, False])
async def test_an_api_without_a_version_becomes_the_original_of_a_set_and_its_callers_do_not_notice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, scheme: str, is_first: bool
) -> None:
    await shop.settle()
    fields, path, headers = VERSIONS[scheme]
    answers: set[int] = set()

    def serve_and_call(world: World, request: Request) -> Response:
        answer = serve(world, request)
        answers.add(shop.call("/finance/orders/get"))
        return answer

    def with_a_second(spec: Any) -> None:
        (original,) = spec["apis"]
        second = {**original, "name": "orders-v2", "revisions": [revision("1", "list", "find")]}
        original["version"] = {"setName": "orders"}
        second["version"] = {"setName": "orders", "name": "v2"}
        spec["apis"] = [original, second] if is_first else [second, original]
        spec["versionSets"] = [{"name": "orders", "scheme": scheme, **fields}]

    monkeypatch.setattr("loom.sim.server.serve", serve_and_call)
    shop.edit(with_a_second)
    await shop.settle()
    assert answers == {200}
    assert (shop.call("/finance/orders/get"), shop.call("/finance/orders/find")) == (200, 404)
    assert (shop.call(path, headers), shop.call(path.replace("list", "find"), headers)) == (200, 200)
    urls = {row["name"]: row["url"].removeprefix(f"https://{HOST}") for row in shop.status["apis"]}
    assert urls == {"orders-v1": "/finance/orders", "orders-v2": path.replace("/list", "")}


async def test_a_version_that_somebody_gave_the_original_by_hand_is_taken_away(shop: Shop) -> None:
    def original(spec: Any) -> None:
        spec["apis"][0]["version"] = {"setName": "orders"}
        spec["versionSets"] = [{"name": "orders", "scheme": "Segment"}]

    shop.edit(original)
    await shop.settle()
    live = shop.azure.get(shop.api_id)
    assert live is not None
    assert shop.put(shop.api_id, **{**live["properties"], "apiVersion": "v9"}) == 200
    assert shop.call("/finance/orders/list") == 404
    await shop.until(lambda: shop.call("/finance/orders/list") == 200)
    await shop.settle()
    assert shop.condition("Ready") == "True"


async def test_an_api_that_leaves_its_set_is_called_without_a_version_and_the_set_goes(shop: Shop) -> None:
    def versioned(spec: Any) -> None:
        spec["apis"][0]["version"] = {"setName": "orders", "name": "v1"}
        spec["versionSets"] = [{"name": "orders", "scheme": "Segment"}]

    def alone(spec: Any) -> None:
        del spec["apis"][0]["version"], spec["versionSets"]

    shop.edit(versioned)
    await shop.settle()
    assert shop.call("/finance/orders/v1/list") == 200
    shop.edit(alone)
    await shop.until(lambda: shop.names("apiVersionSets") == [])
    assert (shop.call("/finance/orders/list"), shop.call("/finance/orders/v1/list")) == (200, 404)
