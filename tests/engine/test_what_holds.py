"""What a person reads when one thing fails: its name first, what it holds, all that is broken, and that the rest works."""

from dataclasses import replace
from typing import Any

import pytest

from loom.engine.causes import told
from loom.errors import CloudError, Retry
from loom.plan.arm_id import resource
from loom.plan.checks import AppCheck, Finding, Health, Wire
from loom.plan.outcome import Outcome, ResourceState
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT_R, GROUP, GROUP_R, Bench

REFUSED = CloudError("PolicyDenied", "RequestDisallowedByPolicy", "Azure Policy refuses it: no-storage.", Retry.SLOWLY)
APPS = tuple(f"app-{number}" for number in range(1, 7))


def app(name: str, *after: str) -> Resource:
    arm_id = resource(GROUP, "Microsoft.App/containerApps", name)
    return Resource(f"app/{name}", arm_id, {"location": "eastus2"}, ("group", *after), condition="AppsHealthy")


def zone(*apps: Resource) -> Plan:
    return Plan(
        GROUP,
        (GROUP_R, ACCOUNT_R, *apps),
        checks=tuple(AppCheck(one.key) for one in apps),
        wiring=tuple(
            Wire(one.key, "storage", "STORAGE", thing="storage") for one in apps if "storage" in one.depends_on
        ),
        conditions=("ServicesReady", "BackingServicesWired", "AppsHealthy"),
    )


def row(bench: Bench, name: str) -> tuple[str, str, str]:
    found = bench.condition(name)
    return found["status"], found["reason"], found["message"]


async def refused(*apps: Resource) -> Bench:
    """A zone whose storage account is refused, after all that there is to be done."""
    bench = Bench(zone(*apps))
    for _ in range(20):
        bench.cloud.fail("PUT", "/storageAccounts/safinance", REFUSED)
    await bench.settle()
    return bench


async def test_what_failed_is_named_wherever_its_failure_is_told() -> None:
    bench = await refused()
    told = ("False", "PolicyDenied", "storage: Azure Policy refuses it: no-storage.")
    assert row(bench, "Ready") == row(bench, "Converged") == row(bench, "ServicesReady") == told
    assert row(bench, "InSync") == told
    assert row(bench, "Stalled") == ("True", *told[1:])


async def test_what_waits_says_what_holds_it_through_others_that_wait_as_well() -> None:
    bench = await refused(app("one", "storage"), app("two", "app/one"), app("three"))
    assert row(bench, "AppsHealthy") == (
        "False",
        "DependencyNotReady",
        "not there yet: app/one, app/two; held by storage: Azure Policy refuses it: no-storage.",
    )
    states = {item["id"].rpartition("/")[2]: item for item in bench.status["resources"]}
    assert states["two"]["message"] == "waits for storage (PolicyDenied)"
    assert (states["two"]["reason"], states["three"]["state"]) == ("DependencyNotReady", "Ready")


async def test_a_wire_to_what_failed_says_why() -> None:
    bench = await refused(app("one", "storage"))
    status, reason, message = row(bench, "BackingServicesWired")
    assert (status, reason) == ("False", "MissingBackingService")
    assert message == "app/one: STORAGE waits for storage: Azure Policy refuses it: no-storage."


async def test_an_app_that_cannot_be_written_is_told_by_what_is_wrong_with_it_and_not_by_who_needs_it() -> None:
    plan = zone(app("one"), app("two", "app/one"))
    plan = replace(plan, wiring=(Wire("app/two", "apps.one", "ONE_ENDPOINT", thing="app/one"),))
    bench = Bench(plan)
    await bench.settle()
    one = bench.cloud.body(resource(GROUP, "Microsoft.App/containerApps", "one"))
    one["properties"]["provisioningState"] = "Failed"
    unhealthy(bench, "one", "it is not in the registry")
    for _ in range(20):
        bench.cloud.fail("PUT", "/containerApps/one", REFUSED)
    await bench.later()
    assert row(bench, "BackingServicesWired")[:2] == ("False", "DependencyNotReady")
    assert row(bench, "Healthy") == ("False", "CrashLoop", "app/one: it is not in the registry")


async def test_who_needs_an_app_whose_change_failed_is_wired_with_the_revision_that_serves() -> None:
    plan = zone(app("one"), app("two", "app/one"))
    plan = replace(plan, wiring=(Wire("app/two", "apps.one", "ONE_ENDPOINT", thing="app/one"),))
    bench = Bench(plan)
    await bench.settle()
    one = bench.cloud.body(resource(GROUP, "Microsoft.App/containerApps", "one"))
    one["properties"] |= {"provisioningState": "Failed", "latestReadyRevisionName": "one--before"}
    for _ in range(20):
        bench.cloud.fail("PUT", "/containerApps/one", REFUSED)
    await bench.later()
    words = "app/one: serves as one--before, as its last change failed"
    assert row(bench, "BackingServicesWired") == ("True", "Succeeded", words)
    assert row(bench, "AppsHealthy") == row(bench, "InSync") == ("False", "PolicyDenied", f"app/one: {REFUSED.message}")


async def test_what_is_there_serves_though_a_write_to_it_fails() -> None:
    bench = Bench(zone(app("one", "storage")))
    states: dict[str, ResourceState] = {}

    def report(_: Plan, outcome: Outcome) -> dict[str, Any]:
        states.update(outcome.states)
        return {}

    bench.report = report
    await bench.settle()
    assert bench.ready == "True"
    changed = replace(ACCOUNT_R, body={**ACCOUNT_R.body, "tags": {"CostCenter": "CC-1"}})
    plan = zone(app("one", "storage"))
    bench.plan, bench.generation = replace(plan, resources=(GROUP_R, changed, *plan.resources[2:])), 2
    bench.cloud.fail("PUT", "/storageAccounts/safinance", REFUSED)
    await bench.look()
    assert row(bench, "ServicesReady")[:2] == ("False", "PolicyDenied")
    assert row(bench, "BackingServicesWired")[0] == row(bench, "AppsHealthy")[0] == "True"
    assert states["storage"].serves


def unhealthy(bench: Bench, name: str, words: str) -> None:
    key = f"app/{name}"
    bench.prober.findings[key] = Finding(key, "AppsHealthy", Health.UNHEALTHY, "CrashLoop", words)


async def test_all_broken_apps_are_named_those_of_one_cause_together() -> None:
    bench = Bench(zone(*(app(name) for name in APPS)))
    unhealthy(bench, "app-1", "it ended with code 1")
    unhealthy(bench, "app-3", "it ended with code 137")
    unhealthy(bench, "app-6", "it ended with code 1")
    await bench.settle()
    told = "app/app-1, app/app-6: it ended with code 1; app/app-3: it ended with code 137"
    for name, reason in (("AppsHealthy", "CrashLoop"), ("Healthy", "CrashLoop"), ("Ready", "Unhealthy")):
        assert row(bench, name) == ("False", reason, told)


async def test_beyond_a_bound_the_broken_are_counted() -> None:
    bench = Bench(zone(*(app(name) for name in APPS)))
    for name in APPS:
        unhealthy(bench, name, f"the image of {name} is " + "x" * 400)
    await bench.settle()
    message = row(bench, "AppsHealthy")[2]
    assert message.endswith("; and 2 more")
    assert [name in message for name in APPS] == [True] * 4 + [False] * 2
    assert len(message) <= 1000


async def test_a_long_message_is_whole_wherever_it_belongs_while_there_is_room() -> None:
    bench = Bench(zone())
    words = "Azure Policy refuses it: " + "x" * 500
    bench.cloud.fail("PUT", "/storageAccounts/", CloudError("PolicyDenied", "Denied", words, Retry.SLOWLY))
    await bench.look()
    for name in ("Ready", "Stalled", "Converged", "InSync", "ServicesReady"):
        assert row(bench, name)[2] == f"storage: {words}"


async def test_a_broken_app_is_told_though_another_one_is_not_there_yet() -> None:
    bench = Bench(zone(app("one", "storage"), app("two")))
    for _ in range(20):
        bench.cloud.fail("PUT", "/storageAccounts/safinance", REFUSED)
    unhealthy(bench, "two", "it ended with code 1")
    await bench.settle()
    assert row(bench, "AppsHealthy") == ("False", "CrashLoop", "app/two: it ended with code 1")
    assert row(bench, "Healthy")[0] == "False"


@pytest.mark.parametrize("broken", [True, False])
async def test_what_the_spec_keeps_from_starting_does_not_hide_what_is_broken(broken: bool) -> None:
    plan = replace(zone(app("two")), held={"AppsHealthy": ("WaitingForSettings", "one lacks spec.redis")})
    bench = Bench(plan)
    if broken:
        unhealthy(bench, "two", "it ended with code 1")
    await bench.settle()
    more = "; app/two: it ended with code 1" if broken else ""
    assert row(bench, "AppsHealthy") == ("False", "WaitingForSettings", f"one lacks spec.redis{more}")


@pytest.mark.parametrize(("length", "expected"), [(20, 4), (35, 3), (70, 1), (200, 1)])
def test_names_leave_room_for_what_is_wrong_with_them(length: int, expected: int) -> None:
    names = [f"{number}".ljust(length, "x") for number in range(9)]
    assert told((name, "a policy forbids it") for name in names) == (
        f"{', '.join(names[:expected])} and {9 - expected} more: a policy forbids it"
    )
