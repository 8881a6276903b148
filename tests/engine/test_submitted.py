"""What Azure never shows again is compared by keyed hash: with the hash, without it, and with another key."""

from dataclasses import replace

from loom.errors import CloudError, Retry
from loom.plan.arm_id import key, resource
from loom.plan.ownership import Authority
from loom.plan.resource import Contents, Plan, Resource
from support.engine_bench import GROUP, OWNER, Bench

SERVICE = resource(GROUP, "Microsoft.ApiManagement/service", "apim")
API = f"{SERVICE}/apis/orders-{OWNER.hash}"


def api(document: str) -> Plan:
    body = {"properties": {"path": "orders", "format": "openapi", "value": document}}
    return Plan(SERVICE, (Resource("api", API, body),))


async def converged() -> Bench:
    bench = Bench(plan=api("one"), authority=Authority(home=SERVICE))
    await bench.settle()
    assert bench.ready == "True"
    bench.cloud.forget_requests()
    return bench


async def test_another_document_is_sent() -> None:
    bench = await converged()
    bench.replan(api("two"))
    await bench.settle()
    assert bench.cloud.body(API)["properties"]["value"] == "two"


async def test_a_document_that_would_break_callers_is_told_as_that_and_not_as_drift() -> None:
    owner = replace(OWNER, kind="ApiProduct")
    one, two = (replace(api(text).resources[0], id=f"{SERVICE}/apis/orders-{owner.hash}") for text in ("one", "two"))
    bench = Bench(plan=Plan(SERVICE, (one,)), authority=Authority(home=SERVICE), owner=owner)
    await bench.settle()
    bench.cloud.forget_requests()
    refused = Contents(f"{one.id}/operations", frozenset(), str, lambda *_: "callers would break: GET /orders is gone")
    bench.plan = Plan(SERVICE, (replace(two, contents=refused),))  # of the same generation, as from a ConfigMap
    await bench.later()
    assert bench.cloud.writes() == []
    assert (bench.reason("InSync"), bench.reason("Converged")) == ("BreakingChange", "BreakingChange")
    assert bench.condition("Ready")["message"] == "api: callers would break: GET /orders is gone"
    assert [event.reason for event in bench.events if event.type == "Warning"] == ["BreakingChange"]


async def test_a_hash_that_is_lost_is_taken_again_without_a_write() -> None:
    bench = await converged()
    before = bench.status.pop("submitted")
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status["submitted"] == before


async def test_a_key_that_is_lost_costs_one_event_and_no_write() -> None:
    bench = await converged()
    before = bench.status["submitted"]
    bench.key = "another"
    bench.restart()
    await bench.later()
    assert bench.cloud.writes() == []
    assert bench.status["submitted"] != before
    await bench.later()
    assert bench.cloud.writes() == []
    assert [event.reason for event in bench.events if event.type == "Warning"] == ["HashKeyChanged"]
    assert bench.ready == "True"
    bench.replan(api("two"))
    await bench.settle()
    assert bench.cloud.body(API)["properties"]["value"] == "two"


async def test_a_spec_that_was_edited_while_the_key_was_lost_is_sent() -> None:
    bench = await converged()
    bench.key = "another"
    bench.restart()
    bench.replan(api("two"))
    await bench.settle()
    assert bench.cloud.body(API)["properties"]["value"] == "two"


async def test_no_hash_tells_what_was_sent() -> None:
    bench = await converged()
    assert "one" not in str(bench.status["submitted"])


async def test_what_was_accepted_and_fails_later_does_not_count_as_sent() -> None:
    bench = await converged()
    bench.cloud.long_types.add("Microsoft.ApiManagement/service/apis")
    bench.cloud.late[key(API)] = CloudError(
        "InvalidRequest", "ValidationError", "the service had its reasons", Retry.PERSON
    )
    bench.replan(api("two"))
    await bench.look()
    bench.cloud.finish()
    del bench.cloud.body(API)["properties"]["provisioningState"]  # an API shows none
    for _ in range(3):
        bench.clock.seconds += 15
        await bench.look()
    assert (bench.ready, bench.cloud.body(API)["properties"]["value"]) == ("False", "one")
    assert "the service had its reasons" in bench.message()
    bench.restart()
    await bench.settle()
    assert (bench.ready, bench.cloud.body(API)["properties"]["value"]) == ("True", "two")
