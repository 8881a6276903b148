"""What another service asks of us: found by its words, answered, and never made or deleted by us."""

from typing import Any

import pytest

from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource
from loom.plan.resource import Mode, Plan, Resource
from support.engine_bench import GROUP, GROUP_R, Bench

ENVIRONMENT = resource(GROUP, "Microsoft.App/managedEnvironments", "cae")
OURS, STATE = "Front Door of finance, csa-loom 0123456789abcdef", "privateLinkServiceConnectionState"
APPROVAL = Resource(
    key="approval",
    id=f"{ENVIRONMENT}/privateEndpointConnections/any",
    body={"properties": {STATE: {"status": "Approved", "description": OURS}}},
    depends_on=("environment",),
    condition="Reachable",
    mode=Mode.REQUEST,
    adopts=True,
)
ENVIRONMENT_R = Resource("environment", ENVIRONMENT, {"location": "eastus2"}, ("group",), "ServicesReady")
PLAN = Plan(GROUP, (GROUP_R, ENVIRONMENT_R, APPROVAL), conditions=("ServicesReady", "Reachable"))


def ask(bench: Bench, name: str, words: str = OURS, status: str = "Pending") -> str:
    """Somebody asks for a connection, under a name of their own."""
    arm_id = f"{ENVIRONMENT}/privateEndpointConnections/{name}"
    state = {"status": status, "description": words}
    bench.cloud.place(arm_id, name=name, properties={STATE: state, "provisioningState": "Pending"})
    return arm_id


def state(bench: Bench, arm_id: str) -> str:
    return str(bench.cloud.body(arm_id)["properties"][STATE]["status"])


async def waiting() -> Bench:
    """A zone whose environment is there, and of which nobody has asked anything yet."""
    bench = Bench(plan=PLAN)
    for _ in range(6):
        await bench.look()
    return bench


async def test_a_request_that_has_not_come_yet_is_waited_for_and_looked_for_soon() -> None:
    bench = await waiting()
    result = await bench.look()
    assert bench.reason() == "Progressing"
    assert result.requeue_after <= 15.0
    assert bench.condition("Reachable")["message"] == "not there yet: approval"
    assert [request for request in bench.cloud.requests if request[0] == "PUT" and "Connections" in request[1]] == []


async def test_a_request_that_carries_our_words_is_approved_whatever_its_name() -> None:
    bench = await waiting()
    asked = ask(bench, "7f3a-whatever")
    await bench.settle()
    assert (bench.ready, state(bench, asked)) == ("True", "Approved")


async def test_every_request_that_carries_our_words_is_approved() -> None:
    bench = await waiting()
    asked = [ask(bench, name) for name in ("one", "two", "three")]
    await bench.settle()
    assert bench.ready == "True"
    assert {state(bench, arm_id) for arm_id in asked} == {"Approved"}


async def test_a_request_is_shown_under_one_id_from_look_to_look() -> None:
    bench = await waiting()
    asked = [ask(bench, name) for name in ("one", "two")]
    await bench.settle()
    shown = []
    for deep in (False, True, False):
        bench.clock.seconds += 100_000 if deep else 60
        await bench.look()
        shown.append([row["id"] for row in bench.status["resources"] if "privateEndpointConnections" in row["id"]])
    assert shown[0][0] in asked
    assert shown == [shown[0]] * 3


@pytest.mark.parametrize("words", ["", "somebody else's", OURS[:-1], f"{OURS} and more"])
async def test_what_does_not_carry_our_words_is_left_alone(words: str) -> None:
    bench = await waiting()
    theirs, ours = ask(bench, "theirs", words), ask(bench, "ours")
    await bench.settle()
    assert (state(bench, theirs), state(bench, ours)) == ("Pending", "Approved")


async def test_an_approval_that_somebody_takes_back_is_given_again() -> None:
    bench = await waiting()
    asked = ask(bench, "one")
    await bench.settle()
    bench.cloud.body(asked)["properties"][STATE]["status"] = "Rejected"
    bench.clock.seconds += 100_000
    await bench.settle()
    assert (bench.ready, state(bench, asked)) == ("True", "Approved")


async def test_a_request_is_never_ours_to_delete() -> None:
    bench = await waiting()
    asked = ask(bench, "one")
    await bench.settle()
    bench.replan(Plan(GROUP, (GROUP_R, ENVIRONMENT_R), conditions=PLAN.conditions))
    await bench.settle()
    assert bench.cloud.has(asked)
    assert "privateEndpointConnections" not in str(bench.status["inventory"])


async def test_an_approval_that_is_refused_to_us_says_so() -> None:
    bench = await waiting()
    ask(bench, "one")
    words = "the operator may not write privateEndpointConnections"
    bench.cloud.fail(
        "PUT", "/privateEndpointConnections/", CloudError("PermissionDenied", "Denied", words, Retry.SLOWLY)
    )
    await bench.look()
    assert (bench.reason(), bench.message()) == ("PermissionDenied", words)
    assert bench.condition("Reachable")["status"] == "False"


async def test_a_request_that_never_comes_is_told_in_time() -> None:
    bench = await waiting()
    bench.clock.seconds += 11_000
    await bench.look()
    found: Any = bench.condition("Stalled")
    assert (found["reason"], "never asked for" in found["message"]) == ("OperationStuck", True)


async def test_under_observe_a_request_is_reported_and_not_answered() -> None:
    bench = await waiting()
    asked = ask(bench, "one")
    bench.change(policy="Observe")
    await bench.look()
    assert state(bench, asked) == "Pending"
