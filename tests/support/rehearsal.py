"""Objects converged in the test's own process: gatherer, engine, prober and stock SDKs on a simulated Azure; only Kubernetes is missing.

    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, read_manifests(SAMPLES)) as play:
        await play.settle()                                      # until everything is Ready; time passes by itself
        play.change("DataLandingZone", lambda spec: spec.pop("apps"))
        await play.settle()
        await play.delete("ApiProduct")                          # until its finalizer would go

Objects live in the operator's own cache, with the status of their last pass; time is the simulator's, which must stand.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.cloud.azure import AzureCloud
from loom.cloud.factory import CloudFactory
from loom.config import Budget
from loom.dev.estate import behind, groups_of, subscriptions_of
from loom.engine.lanes import Lanes
from loom.engine.lookout import Lookout, Rest
from loom.engine.memory import Memory
from loom.engine.ports import Conflict
from loom.engine.reconcile import reconcile
from loom.engine.snapshots import Snapshots
from loom.engine.work import Ports, Result, Rhythm
from loom.health.links import Links as HttpLinks
from loom.health.prober import ProberFactory
from loom.kube.allotment import Allotter
from loom.kube.compose import work_of
from loom.kube.documents import Document, sort
from loom.kube.files import FileWorld
from loom.kube.gather import Gatherer
from loom.kube.key import Key
from loom.kube.ledger import PaperLedger
from loom.kube.sources import Links, Sources
from loom.kube.surroundings import Surroundings
from loom.kube.watch import is_true
from loom.plan.ownership import Owner
from loom.plan.resource import Plan
from loom.sim.clock import EPOCH
from support.clouds import settings_for
from support.simulator import Simulator

Object = dict[str, Any]
PASSES = 200


@dataclass(frozen=True)
class SimulatedTime:
    """The engine's clock, from the simulator's."""

    azure: Simulator

    def now(self) -> float:
        return self.azure.clock.now()

    def today(self) -> str:
        moment = EPOCH + timedelta(seconds=int(self.now()))
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Rehearsal:
    """The objects, and what a worker would keep of them."""

    azure: Simulator
    world: FileWorld
    clouds: CloudFactory
    probers: ProberFactory
    new_links: Callable[[], Links]
    memories: dict[Key, Memory] = field(default_factory=dict)
    plans: dict[Key, Plan | None] = field(default_factory=dict)  # as the last passes had them
    rests: dict[Key, Rest] = field(default_factory=dict)  # what a worker may do instead of a pass
    version: int = 1

    def __post_init__(self) -> None:
        self.clock = SimulatedTime(self.azure)
        self.begin_anew()

    def begin_anew(self, wake: Callable[[str, bool], None] = lambda _mark, _from_another: None) -> None:
        """The process is gone, and with it everything that it had read. `wake` hears whose turn it is in a lane."""
        self.rests.clear()
        self.lanes, self.snapshots = Lanes(wake, self.clock.now), Snapshots(self.clock)
        self.ledger = PaperLedger(self.world.watch, self.world)

        def cloud_of(plane: AdminPlaneSpec, owner: Owner) -> AzureCloud:
            return self.clouds.for_object(plane, owner.namespace, urgent=True, owner=owner.mark)

        allotter = Allotter(self.ledger, Surroundings(cloud_of, self.snapshots, self.clock))
        sources = Sources(self.new_links(), cloud_of, self.snapshots, self.clock)
        self.gatherer = Gatherer(self.world, self.world.watch, "rehearsal", allotter, sources)

    async def look_at(self, key: Key) -> Result:
        """One pass over one object. What the engine writes into a status is there for the others' next pass.

        Raises Conflict, as the API server's answer does, when somebody changed the object meanwhile.
        """
        obj = self.obj(key)
        self.rests.pop(key, None)
        seen = obj["metadata"]["resourceVersion"]
        found = await self.gatherer.gather(key, obj)
        assert found.context.plane is not None, found.refusals
        cloud = self.clouds.for_object(found.context.plane, key.namespace, urgent=True)

        async def journal(status: Mapping[str, Any]) -> None:
            nonlocal seen
            if self.obj(key)["metadata"]["resourceVersion"] != seen:
                raise Conflict(f"{key} was changed meanwhile")
            seen = self.store(key, {**obj, "status": dict(status)})

        ports = Ports(cloud, self.probers.for_object(cloud), self.clock, journal, _digest, self.snapshots, self.lanes)
        work = work_of(key, obj, found, Rhythm(), in_use="")
        self.plans[key] = work.plan
        result = await reconcile(work, self.memories.setdefault(key, Memory()), ports)
        await journal(result.status)
        if result.rests_until:
            self.rests[key] = Rest(Lookout(cloud, self.clock, self.lanes, Rhythm().poll), result.rests_until)
        return result

    async def attend(self, key: Key, news: bool = False) -> Result | float:
        """What a worker does about an object whose time has come: a pass, which it has in any case when there is `news` for it.

        Without, and where nothing but its operations matters, one look at those; then the seconds until the next one.
        """
        rest = None if news else self.rests.get(key)
        if rest and (delay := await rest.goes_on(self.memories.setdefault(key, Memory()))) is not None:
            return delay
        return await self.look_at(key)

    async def settle(self) -> None:
        """A pass over every object, and what a worker would go on to do, until every object is Ready.

        An object's time comes when it asked for that, and when something that it refers to became other than it was.
        """
        due, news = dict.fromkeys(self.keys(), self.clock.now()), {*self.keys()}
        for _ in range(PASSES):
            for key in [key for key, moment in due.items() if moment <= self.clock.now()]:
                before = self._standing(key)
                done = await self.attend(key, key in news)
                due[key] = self.clock.now() + pause_after(done)
                news.discard(key)
                if self._standing(key) != before:
                    woken = self.world.watch.references.dependents(key) & due.keys()
                    due |= dict.fromkeys(woken, self.clock.now())
                    news |= woken
            if all(is_true(self.obj(key), "Ready") for key in due):
                return
            self.azure.advance(max(0.0, min(due.values()) - self.clock.now()))
        raise AssertionError(
            f"not Ready after {PASSES} rounds of passes: {[self.status(key).get('conditions') for key in due]}"
        )

    def _standing(self, key: Key) -> tuple[bool, bool]:
        """What those care about that refer to the object."""
        return is_true(self.obj(key), "Ready"), is_true(self.obj(key), "Converged")

    async def drift_pass(self) -> None:
        """An interval later everything is looked at again, the slow tier included, and whatever strayed is brought back."""
        self.azure.advance(Rhythm().interval * Rhythm().slow_factor)
        await self.settle()

    def change(self, kind: str, edit: Callable[[Object], Any], name: str = "") -> None:
        """A person edits the spec of an object."""
        key = self.key(kind, name)
        obj = self.obj(key)
        edit(obj["spec"])
        obj["metadata"]["generation"] += 1
        self.store(key, obj)

    def lose_status(self, kind: str) -> None:
        """A backup was restored, and the operator started anew: neither the status nor the process remembers anything."""
        key = self.key(kind)
        obj = self.obj(key)
        del obj["status"]
        self.memories.pop(key, None)
        self.store(key, obj)

    async def delete(self, kind: str, name: str = "") -> None:
        """A person deletes an object; returns when the engine lets it go."""
        key = self.key(kind, name)
        obj = self.obj(key)
        obj["metadata"]["deletionTimestamp"] = self.clock.today()
        self.store(key, obj)
        self.rests.pop(key, None)
        for _ in range(PASSES):
            done = await self.attend(key)
            if isinstance(done, Result) and done.release:
                self.world.watch.gone(key)
                return
            self.azure.advance(pause_after(done))
        raise AssertionError(f"not gone after {PASSES} passes: {self.status(key).get('conditions')}")

    async def delete_all(self, kind: str) -> None:
        """Everything of a kind is deleted, one after the other."""
        for key in [key for key in self.keys() if key.kind == kind]:
            await self.delete(kind, key.name)

    def keys(self) -> list[Key]:
        """Planes first."""
        return [key for key, _ in self.world.objects()]

    def key(self, kind: str, name: str = "") -> Key:
        """The key of an object; without a name, of the first of its kind."""
        return next(key for key in self.keys() if key.kind == kind and key.name == (name or key.name))

    def status(self, key: Key) -> Object:
        """The status that the last pass wrote."""
        found: Object = self.obj(key).get("status") or {}
        return found

    def obj(self, key: Key) -> Object:
        """The object as it is in the operator's cache."""
        found = self.world.watch.cache.get(key)
        assert found is not None, key
        return found

    def store(self, key: Key, obj: Object) -> str:
        """Keep an object as it is now, newer than any before; returns its version."""
        self.version += 1
        version = str(self.version)
        self.world.watch.seen(key, {**obj, "metadata": {**obj["metadata"], "resourceVersion": version}})
        return version


@asynccontextmanager
async def rehearsal(
    azure: Simulator, documents: Sequence[Mapping[str, Any]], **changes: Any
) -> AsyncIterator[Rehearsal]:
    """The objects of `documents` in a simulated Azure that has what their planes name; `changes` are of the operator's settings."""
    for group in groups_of(documents):
        azure.principal(f"group {group}", kind="Group", objectId=group)
    for subscription in subscriptions_of(documents):
        azure.door("POST", "/sim/subscriptions", {"id": subscription})
    for document in sorted(documents, key=lambda document: str(document["kind"])):
        for item in behind(document):
            azure.seed(item["id"], item["body"])
    azure.settings(enforce_throttling=False)  # the budgets refill in real time, of which next to none passes here
    settings = settings_for(azure, **{"budget": Budget(share=0.9, rate_scale=10_000), **changes})
    clouds, probers = CloudFactory(settings), ProberFactory(settings, azure.clock.now)
    opened: list[HttpLinks] = []

    def new_links() -> HttpLinks:
        opened.append(HttpLinks(settings, azure.clock.now))
        return opened[-1]

    world = FileWorld(sort([Document("samples", document) for document in documents], "default"), None)
    await world.load()
    try:
        yield Rehearsal(azure, world, clouds, probers, new_links)
    finally:
        for links in opened:
            await links.aclose()
        await probers.aclose()
        await clouds.aclose()


def pause_after(done: Result | float) -> float:
    """The seconds until an object's time comes again, of what `attend` returned."""
    return done if isinstance(done, float) else done.requeue_after


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
