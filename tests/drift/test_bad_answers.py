"""Azure on a bad day: throttled, broken, silent, late. Everything comes right by itself, nothing is made twice, and the reason is told."""

import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
import pytest_asyncio

from loom.cloud.factory import CloudFactory
from loom.config import Budget
from loom.engine.work import Rhythm
from loom.plan.arm_id import key
from loom.sim.guards.faults import Fault
from support.clouds import settings_for
from support.converged import Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")

THROTTLED = (
    "Throttled",
    "Azure throttles these requests (TooManyRequests); they go on after the pause that it asks for.",
)
SILENT_FOR = 4.0  # seconds that an operator waits here; a busy machine answers what is answered at all within that


def unavailable(status: int) -> tuple[str, str]:
    return "CloudUnavailable", f"Azure answered {status} (InternalServerError); it is asked again."


BEFORE = [
    ({"status": 429, "code": "TooManyRequests", "retry_after": 0.2}, THROTTLED),
    ({"status": 500}, unavailable(500)),
    ({"status": 503}, unavailable(503)),
]
MADE = [
    "filesystem/bronze",
    "hub/orders",
    "identity/loom-mirroring",
    "endpoint/storage-blob",
    "role/loom-mirroring/registry/acrpull",
]
"""One of every way in which a resource is made: at once, by a long operation, below a child, with a name that depends on another."""


def struck(estate: Converged, name: str, **rule: Any) -> Fault:
    """The next PUT of what is planned as `name` meets a fault."""
    return estate.azure.fault(rule.pop("kind", "error"), method="PUT", path=f"{estate.ids[name]}$", **rule)


async def _comes_right(estate: Converged) -> None:
    """Passes until all holds; then everything is there once, and nothing is left to do."""
    for _ in range(60):
        result = await estate.play.look_at(estate.name)
        if estate.holds():
            break
        estate.azure.advance(result.requeue_after)
    assert estate.holds(), estate.conditions()
    assert _comparable(estate.azure.ids()) == _comparable(estate.whole)
    assert {"Stalled", "Reconciling"} & estate.conditions().keys() == set()
    await estate.is_quiet()


def _comparable(ids: Iterable[str]) -> list[str]:
    """What there is; of what gets its name from elsewhere only where (role assignments, requests), and no past revisions of an app."""
    kept = [key(arm_id) for arm_id in ids if "/revisions/" not in arm_id]
    return sorted(re.split("/(?:roleassignments|privateendpointconnections)/", arm_id)[0] for arm_id in kept)


@pytest.mark.parametrize(("rule", "told"), BEFORE)
async def test_a_write_that_is_refused_for_now_is_told_and_sent_again(
    estate: Converged, rule: dict[str, Any], told: tuple[str, str]
) -> None:
    estate.delete("filesystem/bronze")
    fault = struck(estate, "filesystem/bronze", **rule)
    result = await estate.look()
    row = estate.conditions()["Reconciling"]
    assert (row["reason"], row["message"]) == (told[0], f"filesystem/bronze: {told[1]}")
    assert fault.hits == 1
    assert 1.0 <= result.requeue_after <= 10.0
    estate.azure.advance(result.requeue_after)
    await _comes_right(estate)


async def test_what_keeps_failing_is_tried_ever_more_slowly(estate: Converged) -> None:
    estate.delete("filesystem/bronze")
    struck(estate, "filesystem/bronze", status=503, times=6)
    result, pauses = await estate.look(), []
    for _ in range(6):
        pauses.append(round(result.requeue_after))
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    assert pauses == [2, 4, 8, 16, 32, 60]
    await _comes_right(estate)


@pytest.mark.parametrize(("name", "kind"), [*((name, "error") for name in MADE), ("filesystem/bronze", "cut")])
async def test_what_was_made_though_nobody_learned_it_is_not_made_twice(
    estate: Converged, name: str, kind: str
) -> None:
    estate.delete(name)
    fault = struck(estate, name, kind=kind, when="inflight")
    await estate.look()
    puts = [record.path for record in estate.records("PUT") if record.status >= 400]
    assert fault.hits == 1
    assert len(puts) == (1 if kind == "error" else 0)
    await _comes_right(estate)


@pytest.mark.parametrize("name", ["storage", "endpoint/storage-blob", "environment"])
async def test_an_operation_that_fails_at_its_end_is_told_and_begun_again(estate: Converged, name: str) -> None:
    estate.delete(name)
    struck(estate, name, kind="failLate", code="AllocationFailed", message="no capacity in this zone")
    result = await estate.look()
    seen = set()
    for _ in range(60):
        seen |= {(row["reason"], row["message"]) for row in estate.conditions().values() if row["type"] == "Ready"}
        if any(reason == "NotAvailable" for reason, _ in seen):
            break
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    assert any(reason == "NotAvailable" and "no capacity in this zone" in words for reason, words in seen)
    await _comes_right(estate)


async def test_an_operation_that_never_ends_is_told_and_not_begun_again(estate: Converged) -> None:
    estate.edit("app/loom-mirroring", {"tags": {"Domain": "x"}})
    struck(estate, "app/loom-mirroring", kind="stuck")
    await estate.look()
    estate.azure.advance(Rhythm().patience + 60)
    result = await estate.play.look_at(estate.name)
    rows = estate.conditions()
    assert rows["Stalled"]["reason"] == rows["Converged"]["reason"] == "OperationStuck"
    assert "loom-mirroring" in rows["Stalled"]["message"]
    assert result.requeue_after >= 10.0
    estate.azure.advance(result.requeue_after)
    await estate.play.look_at(estate.name)
    assert estate.conditions() == rows
    assert estate.writes() == ["PUT app/loom-mirroring"]


@pytest.mark.parametrize(
    "rule",
    [{"status": 429, "code": "TooManyRequests", "retry_after": 0.2}, {"status": 500}, {"status": 503}],
    ids=["429", "500", "503"],
)
async def test_an_azure_that_cannot_be_read_leaves_ready_as_it_was(estate: Converged, rule: dict[str, Any]) -> None:
    since = estate.conditions()["Ready"]["lastTransitionTime"]
    estate.azure.fault("error", method="GET", path="providers/Microsoft.EventHub/namespaces$", **rule)
    result = await estate.look()
    rows = estate.conditions()
    assert (rows["Ready"]["status"], rows["Ready"]["lastTransitionTime"]) == ("True", since)
    assert (rows["Healthy"]["status"], rows["Healthy"]["reason"]) == ("Unknown", "NotMeasured")
    assert result.events == ()
    assert result.requeue_after <= 10.0
    estate.azure.advance(result.requeue_after)
    await estate.look()
    assert estate.conditions()["Healthy"]["status"] == "True"
    assert estate.writes() == []


async def test_an_azure_that_is_away_for_long_is_asked_ever_more_slowly(estate: Converged) -> None:
    fault = estate.azure.fault("error", method="GET", status=503, times=0)
    result = await estate.look()
    pauses = []
    for _ in range(6):
        pauses.append(round(result.requeue_after))
        estate.azure.advance(result.requeue_after)
        result = await estate.play.look_at(estate.name)
    estate.azure.clear_faults()
    assert fault.hits > 0
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 60
    estate.azure.advance(result.requeue_after)
    await _comes_right(estate)


@pytest_asyncio.fixture(loop_scope="session")
async def impatient(estate: Converged) -> AsyncIterator[Converged]:
    """The estate with an operator that does not wait for an answer for long."""
    usual = estate.play.clouds
    budget = Budget(share=0.9, rate_scale=10_000)
    estate.play.clouds = CloudFactory(settings_for(estate.azure, budget=budget, request_timeout=SILENT_FOR))
    yield estate
    await estate.play.clouds.aclose()
    estate.play.clouds = usual


async def test_a_write_that_nobody_answers_is_told_and_looked_after(impatient: Converged) -> None:
    impatient.delete("filesystem/bronze")
    struck(impatient, "filesystem/bronze", kind="timeout", when="inflight")
    result = await impatient.look()
    row = impatient.conditions()["Reconciling"]
    assert row["reason"] == "CloudUnavailable"
    impatient.azure.advance(result.requeue_after)
    await _comes_right(impatient)


async def test_a_read_that_nobody_answers_leaves_ready_as_it_was(impatient: Converged) -> None:
    impatient.azure.fault("timeout", method="GET", path="providers/Microsoft.EventHub/namespaces$")
    result = await impatient.look()
    rows = impatient.conditions()
    assert (rows["Ready"]["status"], rows["Healthy"]["status"]) == ("True", "Unknown")
    impatient.azure.advance(result.requeue_after)
    await _comes_right(impatient)
