"""A storm: objects that people edit and delete, an Azure that fails, an operator that is killed, all by chance of one seed; then calm.

    async with storm(seed) as weather:
        await weather.blow(20)         # twenty things happen, with passes in between
        await weather.calm()           # nothing is wrong any more: until every object is Ready
        await weather.check()          # what there is, is what was asked for, and nothing is left to do

What must never be (`support.vows`) is judged after every pass; `tell()` is the story so far. Time is simulated: an object is looked
at when its last pass asked for that, when somebody edits it, and when something that it refers to changes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from loom.engine.inventory import Inventory
from loom.engine.ports import Conflict
from loom.engine.work import Result, Rhythm
from loom.kube.key import RECONCILE_REQUESTED, Key
from loom.kube.watch import is_true
from loom.plan.arm_id import key as comparable
from loom.plan.arm_id import type_of
from loom.plan.arm_type import Marking
from loom.plan.catalog import arm_type
from loom.plan.resource import Mode
from loom.sim.clock import StandingClock
from loom.sim.records import Record, Records
from support import whims
from support.drifts import GROUPS
from support.happenings import Happenings, Scene
from support.rehearsal import rehearsal
from support.samples import sample
from support.simulator import Simulator
from support.vows import Vows

MADE_ALONG = (
    "/privatednszones/",
    "/privateendpointconnections/",
    "/locks/",
    "/service/apim-csa-loom-eastus2/subscriptions/",
)
AFTER_CONFLICT = 0.5  # seconds, as the worker has it
PATIENCE = 8 * 3600.0  # simulated seconds until all is well again: the longest pauses and some intervals after them


class Watched(Records):
    """Counts requests as they are answered, and lets something happen after so many more."""

    def __init__(self) -> None:
        super().__init__()
        self._left = 0
        self._then: Callable[[], None] = lambda: None

    def let(self, then: Callable[[], None], after: int) -> None:
        """`then` happens once `after` more requests were answered; 0: never."""
        self._left, self._then = after, then

    def add(self, record: Record) -> None:
        super().add(record)
        self._left -= 1
        if self._left == 0:
            self._then()


class Storm:
    """See the module."""

    def __init__(self, scene: Scene, by_chance: Random) -> None:
        self._scene, self._by_chance = scene, by_chance
        self._happenings = Happenings(scene, by_chance)
        self._records = scene.azure.world.records = Watched()
        self._story: list[str] = []
        self._first = {comparable(arm_id) for arm_id in scene.azure.ids()}  # what was there before
        self._left: set[str] = set()  # what deleted objects may have left behind

    def tell(self) -> str:
        """What happened so far."""
        return "\n".join(self._story)

    async def blow(self, happenings: int) -> None:
        """So many things happen, half of them in the middle of a pass."""
        for _ in range(happenings):
            happen = self._happenings.draw()
            if self._by_chance.random() < 0.5:
                self._records.let(lambda happen=happen: self._happen(happen), self._by_chance.randint(1, 40))  # type: ignore[misc]
            else:
                self._happen(happen)
            for _ in range(self._by_chance.randint(1, 4)):
                await self._next_pass()
            self._records.let(lambda: None, 0)

    async def calm(self) -> None:
        """Nothing is wrong any more: everybody waits until every object is Ready, and has looked at what costs a read for each."""
        scene = self._scene
        self._happenings.all_is_well()
        self._note("calm")
        await self._settle()
        looked = scene.azure.clock.now() + Rhythm().interval * (Rhythm().slow_factor + 1)
        while min(scene.due.values()) < looked:
            await self._next_pass()
        await self._settle()

    async def _settle(self) -> None:
        until = self._scene.azure.clock.now() + PATIENCE
        while not self._holds():
            assert min(self._scene.due.values()) < until, f"not Ready in {PATIENCE:.0f} s: {self._conditions()}"
            await self._next_pass()

    async def check(self) -> None:
        """What is planned is there; a look by whoever knows everything, and by one who knows nothing, changes nothing."""
        scene = self._scene
        scene.vows.judge_log()
        for key, _ in scene.play.world.objects():
            plan = scene.play.plans[key]
            wanted = [
                r.id for r in (plan.resources if plan else ()) if r.mode is Mode.MANAGED and isinstance(r.id, str)
            ]
            missing = [arm_id for arm_id in wanted if scene.azure.get(arm_id) is None]
            assert not missing, f"{key}: {missing} are not there"
            await self._is_quiet(key)
        loose = self._loose()
        assert not loose, f"{loose} are nobody's"
        scene.play.memories = {}
        scene.play.begin_anew(scene.wake_owner)
        for key, _ in scene.play.world.objects():
            before = scene.play.status(key)
            scene.keep(key, {**scene.play.obj(key), "status": {}})
            await self._is_quiet(key)
            found = self._inventory(scene.play.status(key))
            lost = {arm_id for arm_id in self._inventory(before) - found if self._is_to_be_found(key, arm_id)}
            assert not lost, f"{key}: without its status it forgets {lost}"
            assert found <= self._inventory(before), f"{key}: without its status it takes {found} for its own"

    async def _is_quiet(self, key: Key) -> None:
        """A look that somebody asks for writes nothing."""
        obj = self._scene.play.obj(key)
        obj["metadata"]["annotations"] = {RECONCILE_REQUESTED: f"{self._scene.play.version}"}
        self._scene.keep(key, obj)
        self._records.reset()
        await self._scene.play.look_at(key)
        writes = [
            f"{r.method} {r.path} {r.status}" for r in self._records.last if r.method in ("PUT", "PATCH", "DELETE")
        ]
        assert not writes, f"{key}: {writes} by a look after all was well"
        assert is_true(self._scene.play.obj(key), "Converged"), self._scene.play.status(key)["conditions"]

    def _is_to_be_found(self, key: Key, arm_id: str) -> bool:
        """Is it planned, or marked by a tag? What stays inside of what stays, as a hub, is seen there when it matters."""
        plan = self._scene.play.plans[key]
        planned = {comparable(r.id) for r in (plan.resources if plan else ()) if isinstance(r.id, str)}
        return arm_id in planned or arm_type(arm_id).marking is Marking.TAG

    def _loose(self) -> list[str]:
        """What came into being and is in no inventory, nor in what is; less what Azure makes and takes along itself."""
        scene = self._scene
        owned = {arm_id for _, obj in scene.play.world.objects() for arm_id in self._inventory(obj.get("status") or {})}
        known = tuple(f"{arm_id}/" for arm_id in owned | self._left)
        made = (
            {comparable(arm_id) for arm_id in scene.azure.ids()}
            - self._first
            - self._left
            - owned
            - set(scene.vows.foreign)
        )
        return [
            arm_id
            for arm_id in sorted(made)
            if type_of(arm_id).endswith("roleassignments") or not arm_id.startswith(known)
            if not any(part in arm_id for part in MADE_ALONG)
        ]

    def _inventory(self, status: Any) -> set[str]:
        return set(Inventory.read(status).ids)

    def _holds(self) -> bool:
        play = self._scene.play
        for key, _ in play.world.objects():
            obj, memory = play.obj(key), play.memories.get(key)
            status = obj.get("status") or {}
            if status.get("observedGeneration") != obj["metadata"]["generation"] or not is_true(obj, "Ready"):
                return False
            if self._scene.is_going(key) or not is_true(obj, "InSync") or (memory and memory.running):
                return False
        return True

    def _conditions(self) -> list[Any]:
        play = self._scene.play
        shown = ("Ready", "Converged", "Stalled", "Reconciling")
        return [
            (
                str(key),
                [
                    (c["type"], c["reason"], c["message"])
                    for c in play.status(key).get("conditions", ())
                    if c["type"] in shown
                ],
            )
            for key, _ in play.world.objects()
        ]

    def _happen(self, happen: Callable[[], str]) -> None:
        if words := happen():
            self._note(words)

    def _note(self, words: str) -> None:
        self._story.append(f"{self._scene.azure.clock.now():8.1f}  {words}"[:1000])

    async def _next_pass(self) -> None:
        """Time passes until the object is looked at whose time comes next."""
        scene = self._scene
        key = min(scene.due, key=lambda one: (scene.due[one], str(one)))
        scene.azure.advance(max(0.0, scene.due[key] - scene.azure.clock.now()))
        before = self._standing(key)
        scene.due[key] = float("inf")
        scene.running = running = asyncio.ensure_future(self._look_at(key))
        try:
            result = await running
        except asyncio.CancelledError:
            if not running.cancelled():
                raise
            return
        except Conflict:
            self._note(f"    {key}: conflict")
            scene.due[key] = min(scene.due[key], scene.azure.clock.now() + AFTER_CONFLICT)
            return
        finally:
            scene.running = None
        if isinstance(result, float):
            scene.due[key] = min(scene.due[key], scene.azure.clock.now() + result)
            scene.vows.judge_requests()
            return
        self._conclude(key, result)
        if self._standing(key) != before:
            for other in scene.play.world.watch.references.dependents(key):
                scene.wake(other)

    async def _look_at(self, key: Key) -> Result | float:
        news = key in self._scene.news
        self._scene.news.discard(key)
        return await self._scene.play.attend(key, news)

    def _conclude(self, key: Key, result: Result) -> None:
        scene = self._scene
        told = "".join(f" [{event.reason}: {event.message}]" for event in result.events)
        asked = [
            f"{r.method} {r.path.rpartition('/providers/')[2]} {r.status} {r.code}"
            for r in self._records.last
            if r.method != "GET"
        ]
        self._note(
            f"    {key}: {'released' if result.release else f'again in {result.requeue_after:.0f}'}{told} {asked}"
        )
        scene.due[key] = min(scene.due[key], scene.azure.clock.now() + result.requeue_after)
        if result.release:
            scene.gone[key] = scene.play.obj(key)
            self._left |= self._inventory(scene.play.status(key))
            scene.play.world.watch.gone(key)
            scene.play.gatherer.forget(key)
            scene.play.memories.pop(key, None)
            scene.play.plans.pop(key, None)
            del scene.due[key]
        elif "status" in (obj := scene.play.obj(key)) and obj["status"]:
            scene.vows.judge_status(obj)
        scene.vows.judge_requests()

    def _standing(self, key: Key) -> Any:
        obj = self._scene.play.world.watch.cache.get(key)
        return obj and (is_true(obj, "Ready"), is_true(obj, "Converged"))


@asynccontextmanager
async def storm(seed: int) -> AsyncIterator[Storm]:
    """One or two zones, perhaps with a product, that nobody has looked at yet. A failure in here ends with the story."""
    by_chance = Random(seed)
    objects = [sample("AdminPlane"), *(whims.zone(by_chance, number) for number in range(by_chance.randint(1, 2)))]
    objects += [whims.product()] if by_chance.random() < 0.5 else []
    objects[0]["spec"].pop("interval")
    async with Simulator(clock=StandingClock()) as azure, rehearsal(azure, objects) as play:
        for group in GROUPS.values():  # somebody may give them access later
            azure.principal(f"group {group}", kind="Group", objectId=group)
        vows = Vows(azure)
        weather = Storm(Scene(azure, play, vows, dict.fromkeys(play.keys(), 0.0)), by_chance)
        logger = logging.getLogger("loom")
        logger.addHandler(vows.log)
        level = logger.level
        logger.setLevel(logging.DEBUG)
        try:
            yield weather
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}\n{weather.tell()}") from error
        finally:
            logger.setLevel(level)
            logger.removeHandler(vows.log)
