"""Keys: handed out once what they open is there, made anew in two steps, and never kept, shown or lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from loom.engine.ports import Kept
from loom.errors import CloudError, Retry
from loom.plan.keys import KeyExport, Phase, Place
from loom.plan.ownership import Owner
from support.engine_bench import ACCOUNT, PLAN, Bench

EXPORT = KeyExport("a", "storage", Place("keys"), every=timedelta(hours=2), overlap=timedelta(minutes=30))
BARE = replace(PLAN, conditions=())
PRODUCT = Owner("test", "domain-finance", "ApiProduct", "orders")


@dataclass
class MemoryKeeper:
    """Secrets by place."""

    secrets: dict[str, tuple[dict[str, str], Kept]] = field(default_factory=dict)
    error: CloudError | None = None
    writes: int = 0

    async def read(self, place: Place) -> Kept | None:
        if self.error:
            raise self.error
        found = self.secrets.get(place.shown)
        return found[1] if found else None

    async def write(self, place: Place, entries: Mapping[str, str], kept: Kept) -> None:
        self.writes += 1
        self.secrets[place.shown] = (dict(entries), kept)

    async def remove(self, place: Place) -> None:
        if self.error:
            raise self.error
        self.secrets.pop(place.shown, None)

    @property
    def entries(self) -> dict[str, str]:
        return self.secrets["secret/keys"][0]


@dataclass
class Keys:
    """A service's pair of keys."""

    turns: dict[str, int] = field(default_factory=lambda: {"primary": 0, "secondary": 0})

    def on(self, bench: Bench) -> None:
        bench.cloud.actions = {
            "listSecrets": lambda _: {f"{name}Key": f"{name}-{turn}" for name, turn in self.turns.items()},
            "regeneratePrimaryKey": lambda _: self._renew("primary"),
            "regenerateSecondaryKey": lambda _: self._renew("secondary"),
        }

    def _renew(self, name: str) -> None:
        self.turns[name] += 1


@pytest.fixture
def keeper() -> MemoryKeeper:
    return MemoryKeeper()


@pytest.fixture
def bench(keeper: MemoryKeeper) -> Bench:
    bench = Bench(plan=replace(BARE, exports=(EXPORT,)), keeper=keeper, owner=PRODUCT)
    Keys().on(bench)
    return bench


def asked(bench: Bench) -> list[str]:
    return [arm_id.rpartition("/")[2] for verb, arm_id in bench.cloud.requests if verb == "POST"]


async def test_keys_are_handed_out_when_all_is_there(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    assert bench.ready == "True"
    assert keeper.entries == {"key": "primary-0", "primaryKey": "primary-0", "secondaryKey": "secondary-0"}
    assert bench.status["keysExportedTo"] == ["secret/keys"]


async def test_no_key_opens_what_is_not_there(bench: Bench, keeper: MemoryKeeper) -> None:
    bench.cloud.fail("PUT", ACCOUNT, CloudError("PolicyDenied", "RequestDisallowedByPolicy", "no", Retry.PERSON))
    await bench.look()
    assert keeper.secrets == {}
    assert asked(bench) == []


async def test_a_pass_in_which_nothing_is_due_asks_for_no_key(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    await bench.later()
    assert asked(bench) == []
    assert keeper.writes == 1


async def test_a_rotation_never_breaks_whoever_reads_the_key_in_use(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    assert keeper.entries == {"key": "secondary-1", "primaryKey": "primary-0", "secondaryKey": "secondary-1"}
    bench.clock.seconds += 600
    await bench.look()
    assert keeper.entries["key"] == "secondary-1", "the old primary key is good until the overlap ends"
    bench.clock.seconds += 1200
    await bench.look()
    assert keeper.entries == {"key": "primary-1", "primaryKey": "primary-1", "secondaryKey": "secondary-1"}
    rotations = [event.message for event in bench.events if event.reason == "KeysRotated"]
    assert rotations == ["a: the secondary key was made anew", "a: the primary key was made anew"]


async def test_a_rotation_outlives_a_restart_and_a_lost_status(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    bench.restart()
    bench.status = {"observedGeneration": -1}
    await bench.settle()
    kept = keeper.secrets["secret/keys"][1]
    assert kept.notes is not None
    assert kept.notes.phase is Phase.OVERLAP
    assert keeper.entries["key"] == "secondary-1"


async def test_keys_that_somebody_made_anew_by_hand_are_handed_out_by_the_slow_tier(
    bench: Bench, keeper: MemoryKeeper
) -> None:
    keys = Keys()
    keys.on(bench)
    await bench.settle()
    keys.turns["primary"] = 7
    bench.clock.seconds += 3600
    await bench.look()
    assert keeper.entries["key"] == "primary-7"


async def test_a_secret_that_somebody_deleted_is_handed_out_again(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    keeper.secrets.clear()
    await bench.later()
    assert keeper.entries["key"] == "primary-0"


async def test_what_is_handed_out_no_more_is_taken_back(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    bench.replan(BARE)
    await bench.settle()
    await bench.later()
    assert keeper.secrets == {}
    assert "keysExportedTo" not in bench.status


@pytest.mark.parametrize("policy", ["Plan", "Observe"])
async def test_what_is_handed_out_no_more_is_remembered_until_it_may_be_taken_back(
    bench: Bench, keeper: MemoryKeeper, policy: str
) -> None:
    await bench.settle()
    bench.replan(BARE)
    bench.change(policy=policy)
    for _ in range(3):
        await bench.look()
    assert bench.status["keysExportedTo"] == ["secret/keys"]
    bench.change(policy="Manage")
    await bench.settle()
    assert keeper.secrets == {}
    assert "keysExportedTo" not in bench.status


async def test_what_cannot_be_taken_back_is_told_and_is_tried_again(bench: Bench, keeper: MemoryKeeper) -> None:
    await bench.settle()
    keeper.error = CloudError("SecretForbidden", "", "allow it with: kubectl create rolebinding", Retry.PERSON)
    bench.replan(BARE)
    await bench.settle()
    assert bench.ready == "True", "nothing that is declared lacks"
    assert [event.reason for event in bench.events].count("SecretForbidden") == 1
    keeper.error = None
    await bench.later()
    assert keeper.secrets == {}


async def test_keys_that_could_not_be_read_for_a_while_are_taken_back_all_the_same(
    bench: Bench, keeper: MemoryKeeper
) -> None:
    await bench.settle()
    keeper.error = CloudError("SecretForbidden", "", "allow it with: kubectl create rolebinding", Retry.PERSON)
    await bench.later()
    keeper.error = None
    bench.replan(BARE)
    await bench.settle()
    assert keeper.secrets == {}


@pytest.mark.parametrize("policy", ["Plan", "Observe"])
async def test_who_does_not_manage_hands_nothing_out_and_makes_nothing_anew(
    bench: Bench, keeper: MemoryKeeper, policy: str
) -> None:
    await bench.settle()
    before = dict(keeper.secrets)
    bench.change(policy=policy)
    bench.cloud.forget_requests()
    bench.clock.seconds += 7200
    await bench.look()
    assert keeper.secrets == before
    assert asked(bench) == []


async def test_a_secret_that_may_not_be_written_keeps_the_object_from_ready_and_says_why(
    bench: Bench, keeper: MemoryKeeper
) -> None:
    keeper.error = CloudError("SecretForbidden", "", "allow it with: kubectl create rolebinding", Retry.PERSON)
    for _ in range(4):
        await bench.look()
    assert (bench.ready, bench.reason()) == ("False", "SecretForbidden")
    assert "kubectl create rolebinding" in bench.message()


async def test_no_key_is_ever_in_a_status_or_an_event(bench: Bench) -> None:
    await bench.settle()
    bench.clock.seconds += 7200
    await bench.look()
    told = f"{bench.status} {bench.events} {bench.journaled}"
    assert "primary-" not in told
    assert "secondary-" not in told


class Grasping(MemoryKeeper):
    """Takes nothing back."""

    async def remove(self, place: Place) -> None:
        raise CloudError("SecretForbidden", "", "no right", Retry.PERSON)


async def test_what_is_to_be_taken_back_is_never_crowded_out_of_the_status(bench: Bench) -> None:
    bench.keeper = Grasping()
    await bench.settle()
    old = sorted(f"secret/old-{number:02}" for number in range(50))
    bench.status = {**bench.status, "keysExportedTo": old}
    await bench.later()
    assert bench.status["keysExportedTo"] == old, "what is planned is known without it"


async def test_messages_of_lasting_states_are_remembered_within_bounds(bench: Bench) -> None:
    bench.keeper = Grasping()
    for number in range(150):
        bench.status = {**bench.status, "keysExportedTo": [f"secret/old-{number}"]}
        await bench.look()
    assert len(bench.memory.warned) == 100
