"""What another service asks of us: found by its words, answered while ours waits for it, and never made or deleted by us."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from loom.engine.ports import Observed, Written
from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource, resource_group
from loom.plan.resource import Mode, Plan, Resource
from loom.plan.values import Ref
from support.engine_bench import ACCOUNT_R, GROUP, GROUP_R, Bench
from support.memory_cloud import MemoryCloud

ENVIRONMENT = resource(GROUP, "Microsoft.App/managedEnvironments", "cae")
OURS, STATE = "Front Door of finance, csa-loom 0123456789abcdef", "privateLinkServiceConnectionState"
APPROVAL = Resource(
    key="approval",
    id=f"{ENVIRONMENT}/privateEndpointConnections/any",
    body={"properties": {STATE: {"status": "Approved", "description": OURS}}},
    depends_on=("environment", "origin"),
    condition="Reachable",
    mode=Mode.REQUEST,
    asker=Ref("origin", "properties.sharedPrivateLinkResource.status"),
)
ENVIRONMENT_R = Resource("environment", ENVIRONMENT, {"location": "eastus2"}, ("group",), "ServicesReady")
ORIGIN = resource(GROUP, "Microsoft.Cdn/profiles/originGroups/origins", "afd", "apps", "console")
ORIGIN_R = Resource("origin", ORIGIN, {"properties": {"enabledState": "Enabled"}}, ("environment",), "Reachable")
PLAN = Plan(GROUP, (GROUP_R, ENVIRONMENT_R, ORIGIN_R, APPROVAL), conditions=("ServicesReady", "Reachable"))
FRONT_DOORS, ANOTHERS = (
    resource_group("front-doors", "eafd-Prod-eastus2"),
    resource_group("theirs", "eafd-Prod-eastus2"),
)


class Azure(MemoryCloud):
    """Whoever reads the origin sees how what Front Door itself has asked for stands; `says` is another word of it."""

    says: str | None = None

    async def get(self, arm_id: str) -> Observed | None:
        self._tell()
        return await super().get(arm_id)

    async def list(self, collection: str) -> Sequence[Observed]:
        self._tell()
        return await super().list(collection)

    async def put(self, arm_id: str, body: Mapping[str, Any], etag: str = "") -> Written:
        """Where a connection leads to is nobody's to change."""
        place = self.body(arm_id)["properties"].get("privateEndpoint") if self.has(arm_id) else None
        whole = {**body, "properties": {**body["properties"], "privateEndpoint": place}} if place else body
        return await super().put(arm_id, whole, etag)

    def _tell(self) -> None:
        if not self.has(ORIGIN):
            return
        words = {state_of(body) for body in self.bodies.values() if FRONT_DOORS in str(body)}
        word = next((word for word in ("Rejected", "Pending") if word in words), "Approved" if words else "Pending")
        self.body(ORIGIN)["properties"]["sharedPrivateLinkResource"] = {"status": self.says or word}


def ask(bench: Bench, name: str, words: str = OURS, group: str = FRONT_DOORS) -> str:
    """Somebody asks for a connection, under a name of their own, to an endpoint in their own group."""
    arm_id = f"{ENVIRONMENT}/privateEndpointConnections/{name}"
    properties = {
        STATE: {"status": "Pending", "description": words},
        "privateEndpoint": {"id": resource(group, "Microsoft.Network/privateEndpoints", name)},
        "provisioningState": "Pending",
    }
    bench.cloud.place(arm_id, name=name, properties=properties)
    return arm_id


def state_of(body: Any) -> str:
    return str(body["properties"][STATE]["status"])


def state(bench: Bench, arm_id: str) -> str:
    return state_of(bench.cloud.body(arm_id))


def azure(bench: Bench) -> Azure:
    assert isinstance(bench.cloud, Azure)
    return bench.cloud


async def waiting() -> Bench:
    """A zone whose environment is there, and of which nobody has asked anything yet."""
    bench = Bench(plan=PLAN, cloud=Azure())
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


async def test_while_nobody_has_asked_the_one_who_should_is_not_read_over_and_over() -> None:
    bench = await waiting()
    bench.cloud.forget_requests()
    await bench.look()
    assert [(verb, arm_id.rpartition("/")[2]) for verb, arm_id in bench.cloud.requests] == [
        ("LIST", "privateEndpointConnections")
    ]


async def test_one_that_is_let_in_is_not_read_over_and_over_while_other_work_goes_on() -> None:
    bench = Bench(plan=replace(PLAN, resources=(*PLAN.resources, ACCOUNT_R)), cloud=Azure())
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    for _ in range(6):
        await bench.look()
    ask(bench, "one")
    for _ in range(3):
        await bench.look()
    bench.cloud.forget_requests()
    await bench.look()
    places = (ORIGIN, f"{ENVIRONMENT}/privateEndpointConnections")
    assert [verb for verb, arm_id in bench.cloud.requests if arm_id in places] == []
    assert bench.condition("Reachable")["status"] == "True"


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


async def test_who_copies_our_words_when_ours_is_let_in_already_stays_outside_and_is_told_of() -> None:
    bench = await waiting()
    ask(bench, "ours")
    await bench.settle()
    theirs = [ask(bench, "from-elsewhere", group=ANOTHERS), ask(bench, "a-front-door-of-theirs")]
    azure(bench).says = "Approved"  # the origin speaks of its own requests
    bench.clock.seconds += 100_000
    bench.events.clear()
    await bench.settle()
    assert [state(bench, arm_id) for arm_id in theirs] == ["Pending", "Pending"]
    assert bench.ready == "True"
    (told,) = [event for event in bench.events if event.reason == "StrangersRequest"]
    assert (told.type, told.message.partition(" asks")[0]) == ("Warning", "a-front-door-of-theirs, from-elsewhere")


async def test_of_requests_in_our_words_from_several_places_none_is_approved() -> None:
    bench = await waiting()
    asked = [ask(bench, "ours"), ask(bench, "theirs", group=ANOTHERS)]
    await bench.settle()
    assert [state(bench, arm_id) for arm_id in asked] == ["Pending", "Pending"]
    assert (bench.condition("Reachable")["status"], bench.reason("Reachable")) == ("False", "AwaitingManualAction")
    assert "(ours, theirs)" in bench.message("Reachable")


async def test_once_a_person_has_taken_the_copy_away_ours_is_approved() -> None:
    bench = await waiting()
    ours, theirs = ask(bench, "ours"), ask(bench, "theirs", group=ANOTHERS)
    await bench.settle()
    del bench.cloud.bodies[theirs.lower()]
    bench.clock.seconds += 100_000
    await bench.settle()
    assert (bench.ready, state(bench, ours)) == ("True", "Approved")


async def test_a_copy_beside_an_approved_one_stays_outside_while_ours_still_waits() -> None:
    bench = await waiting()
    azure(bench).says = "Pending"
    ours = ask(bench, "ours")
    await bench.look()
    assert state(bench, ours) == "Approved"
    theirs = ask(bench, "theirs", group=ANOTHERS)
    await bench.settle()
    assert (state(bench, theirs), bench.reason("Reachable")) == ("Pending", "AwaitingManualAction")


async def test_before_each_answer_the_one_who_asks_is_read_anew() -> None:
    bench = await waiting()
    for name in ("one", "two"):
        ask(bench, name)
    bench.cloud.forget_requests()
    await bench.settle()
    shown = [verb for verb, arm_id in bench.cloud.requests if arm_id == ORIGIN or (verb == "PUT" and "Conn" in arm_id)]
    answers = [at for at, verb in enumerate(shown) if verb == "PUT"]
    assert [shown[at - 1] for at in answers] == ["GET", "GET"]


@pytest.mark.parametrize("word", ["Disconnected", "", "Somehow"])
async def test_nothing_is_approved_for_one_that_does_not_say_that_it_waits(word: str) -> None:
    bench = await waiting()
    asked = ask(bench, "one")
    azure(bench).says = word or " "
    await bench.settle()
    assert (state(bench, asked), bench.reason("Reachable")) == ("Pending", "Progressing")


async def test_an_approval_of_which_the_one_who_asks_takes_no_note_is_told_in_time() -> None:
    bench = await waiting()
    azure(bench).says = "Pending"
    ask(bench, "one")
    await bench.settle()
    assert bench.message("Reachable") == "not there yet: approval"
    bench.clock.seconds += 11_000
    await bench.look()
    assert "origin says pending of it to this day" in bench.condition("Stalled")["message"]


async def test_an_approval_that_a_person_gave_in_words_of_their_own_counts() -> None:
    bench = await waiting()
    asked = ask(bench, "one", words="let in by hand")
    bench.cloud.body(asked)["properties"][STATE]["status"] = "Approved"
    bench.clock.seconds += 10_000  # within an interval the one who asks is read again
    await bench.settle()
    assert bench.ready == "True"
    assert bench.cloud.body(asked)["properties"][STATE]["description"] == "let in by hand"


def test_a_request_that_nobody_of_ours_stands_for_cannot_be_planned() -> None:
    with pytest.raises(ValueError, match="say who of ours asks"):
        Resource("approval", APPROVAL.id, APPROVAL.body, mode=Mode.REQUEST)


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
    bench.replan(Plan(GROUP, (GROUP_R, ENVIRONMENT_R, ORIGIN_R), conditions=PLAN.conditions))
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
    assert (bench.reason(), bench.message()) == ("PermissionDenied", f"approval: {words}")
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
