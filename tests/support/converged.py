"""The samples, converged once on a simulated Azure through the real adapters; every test begins in that same state.

    estate.edit("storage", {"properties": {"publicNetworkAccess": "Enabled"}})   # behind ARM's back, by the plan's key
    mended = await estate.mend()                 # what a worker does, and the time that it asks for, until all holds again
    mended.events, mended.writes                 # what was told, and "<method> <plan key or id>" of every accepted write
    await estate.is_quiet()                      # a further look, the slow tier included, writes nothing and tells nothing

What a test did is undone before the next one: the cloud's state, the objects and the engine's memory are put back.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom.engine.inventory import Inventory
from loom.engine.work import Event, Result, Rhythm, Work
from loom.kube.compose import work_of
from loom.kube.key import RECONCILE_REQUESTED, Key
from loom.plan.arm_id import is_within, key
from loom.plan.resource import Mode, Named, Plan, Resource
from loom.plan.values import Ref, at
from loom.sim.clock import StandingClock
from loom.sim.door import state
from loom.sim.records import Record
from support.rehearsal import Object, Rehearsal, pause_after, rehearsal
from support.simulator import Simulator

ZONE, PRODUCT = "DataLandingZone", "ApiProduct"
PASSES = 400
WRITES = ("PUT", "PATCH", "POST", "DELETE")


@dataclass(frozen=True)
class Mended:
    """What one mending told and wrote."""

    events: tuple[Event, ...]
    writes: tuple[str, ...]

    def told(self, reason: str) -> list[str]:
        """The messages of the events with a reason."""
        return [event.message for event in self.events if event.reason == reason]


class Converged:
    """See the module. `kind` and `called` are the object whose resources the plan keys speak of; a test may change them."""

    def __init__(self, azure: Simulator, play: Rehearsal) -> None:
        self.azure, self.play = azure, play
        self.kind, self.called = ZONE, ""
        self.ids: dict[str, str] = {}
        self.requests: dict[str, str] = {}
        self.whole: frozenset[str] = frozenset()  # every id in the cloud, comparable, when all had converged
        self._asked = 0

    async def build(self) -> None:
        """Converge everything, and remember how it is."""
        await self.play.settle()
        self._cloud = json.dumps(state.dump(self.azure.world))
        self._objects = {name: deepcopy(obj) for name, obj in self.play.world.objects()}
        self._memories = deepcopy(self.play.memories)
        self.whole = frozenset(key(arm_id) for arm_id in self.azure.ids())

    async def begin(self, kind: str = ZONE, called: str = "") -> None:
        """Put everything back to how it was when it had just converged."""
        state.load(self.azure.world, json.loads(self._cloud))
        for name, obj in self._objects.items():
            self.play.store(name, deepcopy(obj))
        self.play.memories = deepcopy(self._memories)
        self.play.begin_anew()
        self.kind, self.called = kind, called
        await self.meet()
        self.azure.reset_counters()

    async def meet(self) -> None:
        """Look up the ids again: those of role assignments change with the identity."""
        resources = (await self._plan()).resources
        self.ids, self.requests = self._planned_ids(resources), _asked_for(resources)

    # What somebody else does

    def edit(self, name: str, patch: Mapping[str, Any]) -> None:
        """Change what is planned as `name` behind ARM's back: a JSON merge patch."""
        self.azure.edit(self.ids[name], dict(patch))

    def delete(self, name: str) -> None:
        """Take away what is planned as `name`, with all that is in it."""
        self.azure.delete(self.ids[name])

    def body(self, name: str) -> Object:
        """What a GET shows of what is planned as `name`."""
        found = self.azure.get(self.ids[name])
        assert found is not None, f"{name} does not exist"
        return found

    # What the operator does

    @property
    def name(self) -> Key:
        return self.play.key(self.kind, self.called)

    async def look(self) -> Result:
        """One pass, asked for by a person: nothing older counts, and the slow tier is read."""
        obj = self.play.obj(self.name)
        self._asked += 1
        obj["metadata"]["annotations"] = {RECONCILE_REQUESTED: f"look-{self._asked}"}
        self.play.store(self.name, obj)
        return await self.play.look_at(self.name)

    async def mend(self) -> Mended:
        """What a worker does, first a look that is asked for, until what is declared holds and nothing is under way."""
        self.azure.reset_counters()
        return await self.mend_on(await self.look())

    async def mend_on(self, first: Result | None = None) -> Mended:
        """What a worker goes on to do, each at the moment that the step before asked for."""
        steps: list[Result | float] = [first or await self.play.look_at(self.name)]
        while not self.holds():
            assert len(steps) < PASSES, f"not mended after {PASSES} steps: {self.conditions()}"
            self.azure.advance(pause_after(steps[-1]))
            steps.append(await self.play.attend(self.name))
        events = tuple(event for step in steps if isinstance(step, Result) for event in step.events)
        return Mended(events, tuple(self.writes()))

    def restart(self) -> None:
        """The process is gone, and with it everything that it remembered."""
        self.play.memories = {}
        self.play.begin_anew()

    def holds(self) -> bool:
        """Is the object Ready and in sync, and nothing under way?"""
        wanted = ("Ready", "Converged", "InSync")
        rows = self.conditions()
        return all(rows[name]["status"] == "True" for name in wanted) and not self.running

    @property
    def running(self) -> bool:
        """Is a long operation of the object under way, as far as the process knows?"""
        memory = self.play.memories.get(self.name)
        return bool(memory and memory.running)

    async def is_quiet(self) -> None:
        """A further look writes nothing, tells nothing, and changes nothing in the status."""
        before = self.play.status(self.name)
        self.azure.reset_counters()
        self.azure.advance(Rhythm().interval)
        result = await self.look()
        assert self.writes() == []
        assert result.events == ()
        asked = {"lastHandledReconcileAt": None}
        assert {**result.status, **asked} == {**before, **asked}

    # What there is to see

    def conditions(self) -> dict[str, Object]:
        """The conditions by type."""
        return {row["type"]: row for row in self.play.status(self.name).get("conditions") or []}

    def writes(self) -> list[str]:
        """`<method> <plan key, or id>` of every write that Azure accepted since the last reset; asking is none, by whatever method."""
        accepted = (record for record in self.records(*WRITES) if 200 <= record.status < 300)
        return [f"{record.method} {self._name_of(record)}" for record in accepted if not _asks(record)]

    def records(self, *methods: str) -> Sequence[Record]:
        """The requests since the last reset, of these methods or of all."""
        return [record for record in self.azure.world.records.last if not methods or record.method in methods]

    async def work(self) -> Work:
        """What the engine is given for the object."""
        obj = self.play.obj(self.name)
        found = await self.play.gatherer.gather(self.name, obj)
        return work_of(self.name, obj, found, Rhythm(), in_use="")

    async def planned(self) -> tuple[Resource, ...]:
        """The resources that the object's plan makes."""
        return _managed((await self._plan()).resources)

    async def _plan(self) -> Plan:
        plan = (await self.work()).plan
        assert plan is not None
        return plan

    def _planned_ids(self, resources: Sequence[Resource]) -> dict[str, str]:
        """The ids by plan key; those that hold values known only later as Azure has them."""
        planned = _managed(resources)
        everywhere = {resource.key: resource.id for resource in resources if isinstance(resource.id, str)}
        found = {resource.key: resource.id for resource in planned if isinstance(resource.id, str)}

        def value(ref: Ref) -> Any:
            return at(self.azure.get(everywhere[ref.key]), ref.path)

        for resource in planned:
            if isinstance(resource.id, Named):
                found[resource.key] = resource.id.resolve(value)
        return found

    def inventory(self, name: Key | None = None) -> list[str]:
        """Every id in the inventory of the object, or of another one."""
        return list(Inventory.read(self.play.status(name or self.name)).ids.values())

    def _name_of(self, record: Record) -> str:
        asked = next((name for place, name in self.requests.items() if is_within(record.path, place)), record.path)
        return next((name for name, arm_id in self.ids.items() if key(arm_id) == key(record.path)), asked)

    def below(self, name: str) -> list[str]:
        """The plan keys of what lies in or on what is planned as `name`, itself included."""
        return [other for other, arm_id in self.ids.items() if is_within(arm_id, self.ids[name])]


def _managed(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    return tuple(resource for resource in resources if resource.mode is Mode.MANAGED)


def _asked_for(resources: Sequence[Resource]) -> dict[str, str]:
    """Where others ask for something, by the key of the answer to it: such a request has a name that nobody foresees."""
    found = (resource for resource in resources if resource.mode is Mode.REQUEST)
    return {str(resource.id).rpartition("/")[0]: resource.key for resource in found}


def _asks(record: Record) -> bool:
    return record.path.endswith(("/listSecrets", "/listkeys", "/backendhealth"))


@asynccontextmanager
async def converged(
    documents: Sequence[Object], stands: Mapping[str, Object] | None = None, types: Path | None = None
) -> AsyncIterator[Converged]:
    """The objects, converged on a simulated Azure of their own, in which `stands` (body by id) was there before.

    `types`: Azure's type tables, where the machine has them: bodies are checked against them.
    """
    async with Simulator(clock=StandingClock(), types=types) as azure, rehearsal(azure, documents) as play:
        for arm_id, body in (stands or {}).items():
            azure.seed(arm_id, deepcopy(body))
        estate = Converged(azure, play)
        await estate.build()
        yield estate
