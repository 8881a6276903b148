"""Health while a run goes on: what was measured stays measured, and nothing flaps because something else takes its time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from loom.errors import CloudError, Retry
from loom.plan.arm_id import key
from loom.plan.checks import AppCheck, Check, Finding, Health, LinkCheck, Wire
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan, Resource
from support.engine_bench import ACCOUNT, ACCOUNT_R, CONTAINER_R, GROUP, GROUP_R, IDENTITY_R, MINE, OTHERS, PLAN, Bench

LINK = LinkCheck("storage", "properties.link", "Approved", condition="NetworkReady")
STORAGE_R = replace(ACCOUNT_R, condition="NetworkReady")
OTHER = {"isHnsEnabled": True, "allowSharedKeyAccess": False, "minimumTlsVersion": "TLS1_2"}
LINKED = replace(
    PLAN,
    resources=(GROUP_R, STORAGE_R, CONTAINER_R, IDENTITY_R),
    checks=(LINK,),
    conditions=("NetworkReady", "ServicesReady"),
)


@dataclass
class LinkProber:
    """Measures a link by the body that it is given, as the real one does."""

    async def examine(self, checks: Sequence[Check], bodies: Mapping[str, Any], lookup: Any) -> list[Finding]:
        return [self._examine(check, bodies.get(check.key)) for check in checks]

    def _examine(self, check: Check, body: Mapping[str, Any] | None) -> Finding:
        if body is None:
            return Finding(check.key, check.condition, Health.UNKNOWN, "NotMeasured", "was not read")
        well = body["properties"].get("link") == "Approved"
        health, reason = (Health.HEALTHY, "Succeeded") if well else (Health.UNHEALTHY, "Degraded")
        return Finding(check.key, check.condition, health, reason)


async def settled(plan: Plan = LINKED) -> Bench:
    bench = Bench(plan=plan, prober=LinkProber())  # type: ignore[arg-type]
    fill = bench.cloud.fill

    def linked(arm_id: str, body: dict[str, Any]) -> None:
        fill(arm_id, body)
        if arm_id == ACCOUNT:
            body["properties"]["link"] = "Approved"

    bench.cloud.fill = linked
    await bench.settle()
    assert bench.ready == "True"
    return bench


async def test_a_link_stays_measured_while_another_resource_takes_its_time() -> None:
    bench = await settled()
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    bench.plan = replace(
        LINKED, resources=(GROUP_R, STORAGE_R, CONTAINER_R, replace(IDENTITY_R, body={**IDENTITY_R.body, "kind": "x"}))
    )
    result = await bench.later()
    assert bench.condition("Converged")["status"] == "False"
    before = bench.condition("NetworkReady")
    bench.clock.seconds += result.requeue_after
    await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert before["status"] == "True"
    assert bench.condition("NetworkReady") == before


async def test_a_link_that_breaks_is_seen_however_well_it_was() -> None:
    bench = await settled()
    bench.cloud.body(ACCOUNT)["properties"]["link"] = "Rejected"
    await bench.later()
    assert bench.condition("NetworkReady")["status"] == "False"
    assert bench.reason("NetworkReady") == "Degraded"


async def test_what_a_check_found_is_forgotten_with_the_check() -> None:
    bench = await settled()
    assert list(bench.memory.measured) == [LINK]
    other = replace(LINK, expect="Rejected")
    bench.replan(replace(LINKED, checks=(other,)))
    await bench.settle()
    assert list(bench.memory.measured) == [other]


APP = replace(LINKED, checks=(AppCheck("storage", "NetworkReady"),))


@dataclass
class AppProber:
    """Looks at apps for itself, as the real one does, and finds them well, or what it is told to; it remembers whom it looked at."""

    asked: list[str] = field(default_factory=list)
    finding: tuple[Health, str, str] = (Health.HEALTHY, "", "")

    async def examine(self, checks: Sequence[Check], bodies: Mapping[str, Any], lookup: Any) -> list[Finding]:
        self.asked += [check.key for check in checks]
        return [Finding(check.key, check.condition, *self.finding) for check in checks]


async def going_on() -> tuple[Bench, AppProber]:
    """A zone in which all is well, and one more resource takes longer than anybody waits."""
    bench, prober = await settled(APP), AppProber()
    bench.prober = prober  # type: ignore[assignment]
    bench.cloud.long_types.add("Microsoft.ManagedIdentity/userAssignedIdentities")
    late = replace(IDENTITY_R, body={**IDENTITY_R.body, "kind": "x"})
    bench.replan(replace(APP, resources=(GROUP_R, STORAGE_R, CONTAINER_R, late)))
    await bench.look()
    prober.asked.clear()
    return bench, prober


async def test_an_app_that_was_found_well_is_not_asked_again_and_again_while_a_run_goes_on() -> None:
    bench, prober = await going_on()
    for _ in range(5):
        bench.clock.seconds += 60.0
        await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert prober.asked == []
    assert bench.condition("NetworkReady")["status"] == "True"


async def test_a_run_that_lasts_longer_than_an_interval_asks_again() -> None:
    bench, prober = await going_on()
    bench.clock.seconds += 601.0
    await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert prober.asked == ["storage"]


async def test_an_app_that_was_written_in_a_run_is_asked_in_it() -> None:
    bench, prober = await going_on()
    group, storage, *others = bench.plan.resources if bench.plan else ()
    changed = replace(storage, body={**storage.body, "properties": OTHER})
    bench.replan(replace(APP, resources=(group, changed, *others)))
    bench.clock.seconds += 60.0
    await bench.look()
    assert bench.condition("Converged")["status"] == "False"
    assert prober.asked == ["storage"]


async def test_at_the_end_of_a_run_every_app_is_asked() -> None:
    bench, prober = await going_on()
    bench.cloud.finish()
    await bench.settle()
    assert bench.condition("Converged")["status"] == "True"
    assert "storage" in prober.asked


async def test_an_app_whose_write_failed_at_once_is_asked_why_again_after_each_try() -> None:
    bench, prober = await going_on()
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    group, storage, *others = bench.plan.resources if bench.plan else ()
    changed = replace(storage, body={**storage.body, "tags": {"Domain": "sales"}})
    bench.replan(replace(APP, resources=(group, changed, *others)))
    bench.clock.seconds += 60.0
    asked = []
    for _ in range(2):
        bench.cloud.late[key(ACCOUNT)] = CloudError("OperationFailed", "Refused", "no such image", Retry.SLOWLY)
        await bench.look()
        bench.cloud.pending.pop(key(ACCOUNT))()
        bench.clock.seconds += 16.0
        await bench.look()
        assert next(r["state"] for r in bench.status["resources"] if r["id"] == ACCOUNT) == "Failed"
        asked.append(prober.asked.count("storage"))
        bench.clock.seconds += 601.0
    assert asked == [1, 2]


async def test_an_app_that_is_unwell_stays_so_while_it_is_mended_and_is_asked_when_that_is_done() -> None:
    bench, prober = await going_on()
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    prober.finding = (Health.UNHEALTHY, "ImageNotFound", "the registry has no image x")
    bench.clock.seconds += 601.0
    await bench.look()
    group, storage, *others = bench.plan.resources if bench.plan else ()
    changed = replace(storage, body={**storage.body, "tags": {"Domain": "sales"}})
    bench.replan(replace(APP, resources=(group, changed, *others)))
    prober.asked.clear()
    for _ in range(2):
        bench.clock.seconds += 60.0
        await bench.look()
        assert next(r["state"] for r in bench.status["resources"] if r["id"] == ACCOUNT) == "Updating"
        assert (bench.reason("NetworkReady"), bench.reason("Healthy")) == ("ImageNotFound", "ImageNotFound")
    assert prober.asked == []
    prober.finding = (Health.HEALTHY, "Succeeded", "")
    bench.cloud.finish()
    bench.clock.seconds += 60.0
    await bench.look()
    assert prober.asked == ["storage"]
    assert bench.condition("NetworkReady")["status"] == "True"


async def test_an_app_that_runs_is_measured_though_nothing_may_be_written_any_more() -> None:
    bench = await settled(APP)
    bench.restart()
    bench.prober = AppProber()  # type: ignore[assignment]
    bench.authority = Authority(denied="the grant was withdrawn")
    bench.replan(replace(APP, resources=(GROUP_R, moved(STORAGE_R), CONTAINER_R, IDENTITY_R)))
    await bench.later()
    assert (bench.reason("Converged"), bench.reason("NetworkReady")) == ("NotGranted", "NotGranted")
    assert [(finding.key, finding.health) for finding in bench.memory.findings] == [("storage", Health.HEALTHY)]


async def test_what_a_spec_says_that_was_never_allowed_is_no_drift_and_what_azure_lost_is() -> None:
    bench = await settled(APP)
    bench.authority = Authority(denied="the grant was withdrawn")
    bench.cloud.body(ACCOUNT)["properties"]["allowSharedKeyAccess"] = True
    await bench.later()
    assert (bench.reason("Converged"), bench.reason("InSync")) == ("NotGranted", "DriftFound")
    bench.replan(replace(APP, resources=(GROUP_R, moved(STORAGE_R), CONTAINER_R, IDENTITY_R)))
    await bench.later()
    assert (bench.reason("Converged"), bench.reason("InSync")) == ("NotGranted", "NotGranted")
    assert "storage" in bench.message("InSync")


async def test_an_app_that_runs_is_measured_though_what_it_stands_in_cannot_be_written() -> None:
    bench = await settled(APP)
    bench.restart()
    bench.prober = AppProber()  # type: ignore[assignment]
    bench.cloud.fail("PUT", GROUP, CloudError("PermissionDenied", "AuthorizationFailed", "may not", Retry.PERSON))
    bench.replan(replace(APP, resources=(moved(GROUP_R), moved(STORAGE_R), CONTAINER_R, IDENTITY_R)))
    await bench.later()
    assert bench.reason("Converged") == "PermissionDenied"
    assert [(finding.key, finding.health) for finding in bench.memory.findings] == [("storage", Health.HEALTHY)]


async def test_an_app_of_somebody_else_is_not_looked_at() -> None:
    prober = AppProber()
    bench = Bench(plan=APP, prober=prober)  # type: ignore[arg-type]
    bench.cloud.place(GROUP, location="eastus2", tags=MINE)
    bench.cloud.place(ACCOUNT, location="eastus2", tags={TAG: OTHERS})
    await bench.settle(3)
    assert (bench.reason("Converged"), prober.asked) == ("OwnedByAnother", [])


def moved(declared: Resource) -> Resource:
    """The same with another tag."""
    return replace(declared, body={**declared.body, "tags": {"CostCenter": "CC-2"}})


async def relabeled(**more: Any) -> Bench:
    """A zone that was well, whose storage gets another tag (and `more`), which takes long."""
    bench = await settled()
    bench.cloud.long_types.add("Microsoft.Storage/storageAccounts")
    body = {**STORAGE_R.body, "tags": {"CostCenter": "CC-1"}, **more}
    plan = replace(LINKED, resources=(GROUP_R, replace(STORAGE_R, body=body), CONTAINER_R, IDENTITY_R))
    bench.replan(replace(plan, wiring=(Wire("app", "storage", "STORAGE", thing="storage"),)))
    return bench


async def test_what_only_gets_other_tags_is_as_well_as_it_was() -> None:
    bench = await relabeled()
    before = [bench.condition(name)["lastTransitionTime"] for name in ("NetworkReady", "Healthy")]
    for _ in range(4):
        bench.clock.seconds += 400.0  # beyond an interval too
        await bench.look()
        assert (bench.ready, bench.reason("Reconciling")) == ("False", "Progressing")
        assert bench.message() == "being changed: storage"
        rows = [bench.condition(name) for name in ("NetworkReady", "Healthy")]
        assert [row["status"] for row in rows] == ["True", "True"]
        assert [row["lastTransitionTime"] for row in rows] == before
    bench.cloud.finish()
    await bench.settle()
    assert bench.ready == "True"


async def test_what_is_changed_in_more_than_its_tags_is_not_called_well_meanwhile() -> None:
    bench = await relabeled(properties=OTHER)
    await bench.look()
    assert (bench.reason("NetworkReady"), bench.reason("Healthy")) == ("Progressing", "NotMeasured")


async def test_what_was_broken_is_not_called_well_because_its_tags_are_changed() -> None:
    bench = await relabeled()
    wished, bench.plan = bench.plan, LINKED
    bench.cloud.body(ACCOUNT)["properties"]["link"] = "Rejected"
    await bench.later()
    assert bench.reason("NetworkReady") == "Degraded"
    assert wished
    bench.replan(wished)
    await bench.look()
    assert bench.message() == "being changed: storage"
    assert bench.reason("NetworkReady") == bench.reason("Healthy") == "Degraded"


async def test_after_a_restart_nobody_knows_how_well_it_was() -> None:
    bench = await relabeled()
    await bench.look()
    bench.restart()
    await bench.look()
    assert bench.condition("Healthy")["status"] == "Unknown"


async def test_who_needs_what_is_being_changed_is_wired_meanwhile() -> None:
    bench = await relabeled(properties=OTHER)
    bench.plan = replace(bench.plan or PLAN, conditions=("NetworkReady", "ServicesReady", "BackingServicesWired"))
    await bench.look()
    await bench.look()
    assert bench.condition("BackingServicesWired")["status"] == "True"
